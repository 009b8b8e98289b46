/** By what rule each group's style is picked, and what learning policies have learned. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { experiments, type Policy } from '../../data/experiments.ts';
import { server } from '../../data/server.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { PolicyForm } from './policy-form.tsx';
import { StyleBar } from './style-bar.tsx';

const NAMES: Readonly<Record<string, string>> = {
  default: 'Default',
  variant_a: 'Group A',
  variant_b: 'Group B',
};

export function PoliciesCard() {
  const policies = useQuery(experiments.policies);
  const me = useQuery(server.me);
  const [changed, setChanged] = useState<Policy | null>(null);
  return (
    <Card title="Policies">
      <Loaded query={policies} lines={3}>
        {(rows) => (
          <ul className="space-y-4">
            {rows.map((policy) => (
              <li key={policy.name} className="flex items-start gap-2">
                <div className="min-w-0 flex-1">
                  <PolicyBar policy={policy} />
                </div>
                {me.data?.is_admin === true && (
                  <IconButton
                    icon="edit"
                    label={`Change the policy of ${nameOf(policy)}`}
                    className="-mr-2 -mt-1.5"
                    onClick={() => setChanged(policy)}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {changed !== null && (
        <PolicyForm policy={changed} title={nameOf(changed)} onClose={() => setChanged(null)} />
      )}
    </Card>
  );
}

function nameOf({ name }: Policy): string {
  return NAMES[name] ?? name;
}

function PolicyBar({ policy }: { policy: Policy }) {
  const { kind, weights, learned } = policy;
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const shares =
    learned === null
      ? Object.fromEntries(Object.entries(weights).map(([style, weight]) => [style, weight / (total || 1)]))
      : Object.fromEntries(Object.entries(learned).map(([style, { share }]) => [style, share]));
  const heard = Object.values(learned ?? {}).reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <StyleBar label={nameOf(policy)} shares={shares} format={(share) => `${Math.round(share * 100)} %`} />
      {kind === 'thompson' && (
        <p className="mt-1 flex items-center gap-1.5 text-xs text-muted">
          <Badge tone="info">learns</Badge> from {heard} {heard === 1 ? 'rating' : 'ratings'} so far
        </p>
      )}
    </>
  );
}
