/** The way to what lies outside this app. */
import { useQuery } from '@tanstack/react-query';
import { server } from '../../data/server.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';

export function LinksCard() {
  const { data } = useQuery(server.facts);
  const links = [
    { href: '/docs', title: 'API documentation', text: 'Every method, with a form to try it' },
    ...(data?.temporal_ui_url
      ? [{ href: data.temporal_ui_url, title: 'Temporal UI', text: 'The workflows behind every run' }]
      : []),
    { href: '/openapi.json', title: 'OpenAPI', text: 'For generators and API tools' },
    { href: '/fun/playground', title: 'Playground', text: 'Two styles, one prompt, and a teapot' },
  ];
  return (
    <Card title="More" {...(data === undefined ? {} : { note: `Version ${data.version}` })}>
      <ul className="-mx-2 -my-2">
        {links.map(({ href, title, text }) => (
          <li key={href}>
            <a href={href} className="flex items-center gap-3 rounded-md px-2 py-1.5 hover:bg-sunken">
              <span className="min-w-0 flex-1">
                <span className="block text-[0.9333rem] font-medium">{title}</span>
                <span className="block truncate text-xs text-muted">{text}</span>
              </span>
              <Icon name="external" className="size-4 text-muted" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
