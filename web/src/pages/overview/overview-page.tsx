/** Where one arrives: what can be done here, how the server is, what is left of today's quota. */
import { Link } from '@tanstack/react-router';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Page } from '../../ui/page.tsx';
import { HealthCard } from './health-card.tsx';
import { LinksCard } from './links-card.tsx';
import { QuotaCard } from './quota-card.tsx';
import { RecentWork } from './recent-work.tsx';

const STARTS: readonly { to: string; icon: IconName; title: string; text: string }[] = [
  {
    to: '/studies',
    icon: 'study',
    title: 'Run a study',
    text: 'Ask simulated users about a feature, watch them talk, read the report.',
  },
  {
    to: '/personas',
    icon: 'people',
    title: 'Shape the personas',
    text: 'Twelve come with the server. Add your own, or change a copy.',
  },
  {
    to: '/conversations',
    icon: 'chat',
    title: 'Talk to the assistant',
    text: 'Answers arrive word by word, checked before and after.',
  },
  {
    to: '/experiments',
    icon: 'chart',
    title: 'Compare the styles',
    text: 'Serious against playful: who gets which, and what people say.',
  },
  {
    to: '/safety',
    icon: 'shield',
    title: 'Try the safety checks',
    text: 'See what is found in a text, where, and what would happen to it.',
  },
];

export function OverviewPage() {
  return (
    <Page title="Overview" lead="Everything here runs as durable task trees on this server.">
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {STARTS.map(({ to, icon, title, text }) => (
          <li key={to}>
            <Link
              to={to}
              className="group flex h-full items-start gap-3.5 rounded-xl border border-line bg-surface p-4 shadow-(--shadow) transition-colors hover:border-strong"
            >
              <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-soft text-accent-ink">
                <Icon name={icon} className="size-5" />
              </span>
              <span>
                <span className="flex items-center gap-1.5 font-semibold">
                  {title}
                  <Icon
                    name="arrow"
                    className="size-4 -translate-x-1 text-muted opacity-0 transition group-hover:translate-x-0 group-hover:opacity-100"
                  />
                </span>
                <span className="mt-0.5 block text-[0.8667rem] text-muted">{text}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <RecentWork />
      <div className="mt-5 grid grid-cols-1 items-start gap-3 lg:grid-cols-3">
        <HealthCard />
        <QuotaCard />
        <LinksCard />
      </div>
    </Page>
  );
}
