/** The navigation on narrow screens, slid over the page. */
import { type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from '../ui/icon-button.tsx';
import { Logo } from './logo.tsx';

export function Drawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too, which the element itself sees to
    <dialog
      ref={dialog}
      aria-label="Navigation"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="fixed inset-y-0 left-0 m-0 h-dvh max-h-none w-72 max-w-[85vw] flex-col border-r border-line bg-surface p-3 text-ink open:flex"
    >
      <div className="mb-4 flex items-center justify-between pl-1.5">
        <Logo />
        <IconButton icon="close" label="Close the navigation" onClick={onClose} />
      </div>
      {children}
    </dialog>
  );
}
