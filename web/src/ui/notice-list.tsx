/** The notices in a corner, read aloud as they come. */
import { useSyncExternalStore } from 'react';
import { Icon } from './icon.tsx';
import { notices } from './notices.ts';

export function NoticeList() {
  const shown = useSyncExternalStore(notices.subscribe, notices.current);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-4 z-40 flex flex-col items-end gap-2"
    >
      {shown.map(({ id, text, isProblem }) => (
        <div
          key={id}
          className="arrive pointer-events-auto flex max-w-md items-center gap-2.5 rounded-lg border border-line bg-surface py-2 pl-3 pr-2 text-[0.9333rem] shadow-lg"
        >
          <Icon
            name={isProblem ? 'warning' : 'check'}
            className={`size-4.5 ${isProblem ? 'text-danger' : 'text-accent'}`}
          />
          <span className="min-w-0 flex-1 wrap-anywhere">{text}</span>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => notices.dismiss(id)}
            className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
