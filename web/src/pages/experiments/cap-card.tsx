/** The daily cap on answers of the experiment, for whoever looks at the page. */
import { useQuery } from '@tanstack/react-query';
import { experiments } from '../../data/experiments.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Meter } from '../../ui/meter.tsx';

export function CapCard() {
  const status = useQuery(experiments.monetization);
  return (
    <Card title="Daily cap" actions={status.data && <Badge>{status.data.plan.toLowerCase()}</Badge>}>
      <Loaded query={status} lines={2}>
        {({ usage_today: used, daily_cap: cap, enabled, client_id: clientId }) => (
          <div className="space-y-2 text-[0.8667rem]">
            <Meter label="Answers today" used={used} limit={enabled ? cap : null} />
            <p className="text-xs text-muted">
              {enabled ? 'Counted for ' : 'Caps are off on this server. You would be counted as '}
              <code className="font-mono text-2xs wrap-anywhere">{clientId}</code>
            </p>
          </div>
        )}
      </Loaded>
    </Card>
  );
}
