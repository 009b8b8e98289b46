/**
 * The frame around every page: navigation at the side (names on wide screens, icons on middling ones), behind a button
 * on narrow ones. Pages stand in `<Outlet>`.
 */
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../ui/icon-button.tsx';
import { NoticeList } from '../ui/notice-list.tsx';
import { Drawer } from './drawer.tsx';
import { Logo } from './logo.tsx';
import { Navigation } from './navigation.tsx';
import { ServiceLinks } from './service-links.tsx';
import { ThemeButton } from './theme-button.tsx';

export function AppShell() {
  const [isOpen, setOpen] = useState(false);
  const main = useMainFocus();
  return (
    <>
      <a
        href="#main"
        className="absolute left-2 top-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to the page
      </a>
      <div className="flex min-h-dvh flex-col sm:flex-row">
        <header className="flex h-13 items-center justify-between border-b border-line bg-surface px-3 sm:hidden">
          <Link to="/" aria-label="Taskgrove, overview" className="rounded-md">
            <Logo />
          </Link>
          <div className="flex items-center gap-1">
            <ThemeButton />
            <IconButton icon="menu" label="Open the navigation" onClick={() => setOpen(true)} />
          </div>
        </header>
        <aside className="sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line bg-surface px-2.5 py-4 sm:flex sm:w-16 lg:w-56">
          <Link
            to="/"
            aria-label="Taskgrove, overview"
            className="mb-5 flex rounded-md px-1.5 max-lg:justify-center"
          >
            <Logo isRail />
          </Link>
          <Navigation isRail />
          <div className="mt-auto flex flex-col items-center gap-1 lg:items-stretch">
            <ServiceLinks isRail />
            <div className="flex justify-center border-t border-line pt-2 lg:justify-start">
              <ThemeButton />
            </div>
          </div>
        </aside>
        <main id="main" ref={main} tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {isOpen && (
        <Drawer onClose={() => setOpen(false)}>
          <Navigation isRail={false} onChoose={() => setOpen(false)} />
          <div className="mt-auto border-t border-line pt-3">
            <ServiceLinks isRail={false} />
          </div>
        </Drawer>
      )}
      <NoticeList />
    </>
  );
}

/** After a change of page the keyboard starts in the new one, as after a page load. */
function useMainFocus() {
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
