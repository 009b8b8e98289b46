/** Puts a text on the clipboard. */
import { Button } from './button.tsx';
import { notices } from './notices.ts';

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      notices.tell('Copied');
    } catch {
      // Browsers refuse it on pages that are not served by https or from this machine.
      notices.tell('The browser does not allow copying here: select the text and copy it by hand', true);
    }
  };
  return (
    <Button size="small" look="ghost" icon="copy" onClick={() => void copy()}>
      {label}
    </Button>
  );
}
