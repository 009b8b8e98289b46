/** A surface with an optional head: title, words beside it, actions. */
import type { ReactNode } from 'react';

export function Card(props: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** false: the children bring their own padding (lists, tables). */
  isPadded?: boolean;
  className?: string;
  children?: ReactNode;
}) {
  const { title, note, actions, isPadded = true, className = '', children } = props;
  return (
    <section className={`rounded-xl border border-line bg-surface shadow-(--shadow) ${className}`}>
      {title !== undefined && (
        <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
          <h2 className="text-[0.9667rem] font-semibold">{title}</h2>
          {note !== undefined && <p className="text-xs text-muted">{note}</p>}
          {actions !== undefined && <div className="ml-auto flex items-center gap-1.5">{actions}</div>}
        </header>
      )}
      <div className={isPadded ? 'p-4' : ''}>{children}</div>
    </section>
  );
}
