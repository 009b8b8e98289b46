/** Every way a check can end, and what a client does then. */
import { useQuery } from '@tanstack/react-query';
import { safety } from '../../data/safety.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';

const TONES: Readonly<Record<string, Tone>> = { low: 'neutral', medium: 'warn', high: 'bad' };

export function ExitsCard() {
  const exits = useQuery(safety.exits);
  return (
    <Card title="Exits" isPadded={false}>
      <div className={exits.data === undefined ? 'p-4' : ''}>
        <Loaded query={exits} lines={8}>
          {(data) => (
            <ul className="divide-y divide-line">
              {data.exits.map(({ reason, severity, description, client_action: action }) => (
                <li key={reason} className="px-4 py-2">
                  <p className="flex items-center gap-2">
                    <span className="flex-1 font-mono text-xs">{reason}</span>
                    <Badge tone={TONES[severity] ?? 'neutral'}>{severity}</Badge>
                  </p>
                  <p className="text-xs text-muted">
                    {description} {action}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </div>
    </Card>
  );
}
