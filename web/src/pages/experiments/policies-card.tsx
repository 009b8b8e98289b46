/** The weights by which a style is picked. */
import { useQuery } from '@tanstack/react-query';
import { experiments } from '../../data/experiments.ts';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StyleBar } from './style-bar.tsx';

const NAMES: Readonly<Record<string, string>> = {
  default: 'Default',
  variant_a: 'Group A',
  variant_b: 'Group B',
};

export function PoliciesCard() {
  const policies = useQuery(experiments.policies);
  return (
    <Card title="Policy weights">
      <Loaded query={policies} lines={3}>
        {(rows) => (
          <div className="space-y-3.5">
            {rows.map(({ name, weights }) => (
              <StyleBar
                key={name}
                label={NAMES[name] ?? name}
                shares={weights}
                format={(weight) => `${Math.round(weight * 100)} %`}
              />
            ))}
          </div>
        )}
      </Loaded>
    </Card>
  );
}
