/** How much of today's quota the caller has used. */
import { useQuery } from '@tanstack/react-query';
import { server } from '../../data/server.ts';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Moment } from '../../ui/moment.tsx';
import { IdentityLine } from './identity-line.tsx';

export function QuotaCard() {
  const quota = useQuery(server.quota);
  return (
    <Card title="Your quota today">
      <Loaded query={quota} lines={3}>
        {({ quota: status }) => (
          <div className="space-y-3.5 text-[0.8667rem]">
            <Meter label="Task trees" used={status.total_used} limit={status.total_limit} />
            <Meter label="… that ask a model" used={status.llm_used} limit={status.llm_limit} />
            <p className="text-xs text-muted">
              {status.rate_limiting_enabled ? (
                <>
                  Counts start anew <Moment at={status.reset_time} />. Beyond the model part, answers are
                  demos.
                </>
              ) : (
                'This server sets no limits.'
              )}
            </p>
          </div>
        )}
      </Loaded>
      <IdentityLine userId={quota.data?.user_id ?? null} />
    </Card>
  );
}
