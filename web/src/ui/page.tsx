/** A page's frame: its title (in the window too), what it is for, its actions, its content. */
import { type ReactNode, useEffect } from 'react';

export function Page(props: {
  title: string;
  /** For the window when the title alone says little there. */
  windowTitle?: string;
  lead?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { title, windowTitle = title, lead, above, actions, children } = props;
  useEffect(() => {
    document.title = `${windowTitle} · Taskgrove`;
  }, [windowTitle]);
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6 lg:px-8 lg:py-7">
      {above}
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="text-[1.4rem] font-semibold leading-tight tracking-[-0.015em] wrap-anywhere">
            {title}
          </h1>
          {lead !== undefined && <p className="mt-1 max-w-2xl text-[0.9333rem] text-muted">{lead}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
