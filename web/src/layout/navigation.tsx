/** The list of pages. On middling screens only the icons show, with the names for those who hear or hover. */
import { Link } from '@tanstack/react-router';
import { Icon } from '../ui/icon.tsx';
import { navItems } from './nav-items.ts';

export function Navigation({ isRail, onChoose }: { isRail: boolean; onChoose?: () => void }) {
  return (
    <nav aria-label="Pages" className="space-y-4">
      {navItems.map(({ title, items }) => (
        <div key={title ?? ''}>
          {title !== null && (
            <p className={`mb-1 px-2.5 text-2xs font-medium text-muted ${isRail ? 'hidden lg:block' : ''}`}>
              {title}
            </p>
          )}
          <ul className="space-y-0.5">
            {items.map(({ to, label, icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                  title={isRail ? label : undefined}
                  {...(onChoose === undefined ? {} : { onClick: onChoose })}
                  className={`flex h-9 items-center gap-2.5 rounded-md px-2.5 text-[0.9333rem] text-muted hover:bg-sunken hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-ink ${isRail ? 'justify-center lg:justify-start' : ''}`}
                >
                  <Icon name={icon} className="size-4.5" />
                  <span className={isRail ? 'sr-only lg:not-sr-only' : ''}>{label}</span>
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
