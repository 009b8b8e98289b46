/** How this server's checks are set, and every way in which they can end. */
import { useQuery } from '@tanstack/react-query';
import { safety } from '../../data/safety.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';

const OFF = new Set(['', '0', 'false', 'off', 'no']);

export function RulesCard() {
  const config = useQuery(safety.config);
  return (
    <Card title="Settings">
      <Loaded query={config} lines={3}>
        {(settings) => (
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-[0.8667rem]">
            <dt className="text-muted">Kill switch</dt>
            <dd className="text-right">
              {OFF.has(settings.kill_switch.toLowerCase()) ? 'off' : <Badge tone="bad">on</Badge>}
            </dd>
            <dt className="text-muted">Longest prompt</dt>
            <dd className="tnum text-right">{settings.max_prompt_chars.toLocaleString('en')} characters</dd>
            <dt className="text-muted">Time budget</dt>
            <dd className="tnum text-right">{settings.default_latency_budget_ms.toLocaleString('en')} ms</dd>
            <dt className="text-muted">Denylist</dt>
            <dd className="text-right wrap-anywhere">
              {settings.denylist.length === 0 ? 'empty' : settings.denylist.join(', ')}
            </dd>
          </dl>
        )}
      </Loaded>
    </Card>
  );
}
