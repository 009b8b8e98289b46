/**
 * A dialog over the page: the browser's own element, which keeps the focus inside and closes on Escape. (Ready-made
 * ones write styles into the page, which our content security policy forbids.)
 */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './icon-button.tsx';

export function Modal(props: {
  title: string;
  isWide?: boolean;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
}) {
  const { title, isWide = false, onClose, footer, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) {
      element.showModal();
      // Where one begins to type, instead of at the way out.
      element.querySelector<HTMLElement>('input, textarea, select')?.focus();
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`m-auto max-h-[min(46rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] flex-col overflow-hidden rounded-xl border border-line bg-surface text-ink shadow-2xl open:flex ${isWide ? 'max-w-2xl' : 'max-w-lg'}`}
    >
      <header className="flex items-center gap-3 border-b border-line px-4 py-2.5">
        <h2 id={titleId} className="flex-1 font-semibold">
          {title}
        </h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
      {footer !== undefined && (
        <footer className="flex flex-wrap justify-end gap-2 border-t border-line bg-page px-4 py-3">
          {footer}
        </footer>
      )}
    </dialog>
  );
}
