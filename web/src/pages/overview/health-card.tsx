/** The server's parts and whether they work. */
import { useQuery } from '@tanstack/react-query';
import { server } from '../../data/server.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';

const TONES: Readonly<Record<string, Tone>> = {
  HEALTHY: 'good',
  DEGRADED: 'warn',
  UNHEALTHY: 'bad',
};

export function HealthCard() {
  const health = useQuery(server.health);
  const isReady = health.data?.ready;
  return (
    <Card
      title="Server"
      actions={
        isReady !== undefined && (
          <Badge tone={isReady ? 'good' : 'bad'}>{isReady ? 'Ready' : 'Not ready'}</Badge>
        )
      }
    >
      <Loaded query={health}>
        {({ components }) => (
          <ul className="-my-1 divide-y divide-line text-[0.8667rem]">
            {Object.entries(components).map(([name, { status, response_time_ms: ms, detail }]) => (
              <li key={name} className="flex items-center gap-2 py-1.5">
                <span className="flex-1 capitalize">
                  {name}
                  {detail !== undefined && <span className="ml-1.5 normal-case text-muted">{detail}</span>}
                </span>
                {ms !== undefined && (
                  <span className="tnum text-muted">{Math.max(1, Math.round(ms))} ms</span>
                )}
                <Badge tone={TONES[status] ?? 'neutral'}>{status.toLowerCase()}</Badge>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
