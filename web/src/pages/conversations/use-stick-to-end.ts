/** Keeps the end of a scrolled list in view while it grows, unless its reader has scrolled away from there. */
import { useEffect, useLayoutEffect, useRef } from 'react';

const NEAR_PX = 80;

/** `growth` changes as the last item grows, `count` as items come. */
export function useStickToEnd(growth: number, count: number) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const note = () => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say when the content has grown
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [growth, count]);
  return { box };
}
