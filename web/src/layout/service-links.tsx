/** What is no page of this app: the API's documentation, and a small page to play with. */
import { Icon } from '../ui/icon.tsx';

const LINKS = [
  { href: '/docs', label: 'API documentation', icon: 'study' },
  { href: '/fun/playground', label: 'Playground', icon: 'external' },
] as const;

export function ServiceLinks({ isRail }: { isRail: boolean }) {
  return (
    <ul className="space-y-0.5">
      {LINKS.map(({ href, label, icon }) => (
        <li key={href}>
          <a
            href={href}
            title={isRail ? label : undefined}
            className={`flex h-8 items-center gap-2.5 rounded-md px-2.5 text-[0.8667rem] text-muted hover:bg-sunken hover:text-ink ${isRail ? 'justify-center lg:justify-start' : ''}`}
          >
            <Icon name={icon} />
            <span className={isRail ? 'sr-only lg:not-sr-only' : ''}>{label}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
