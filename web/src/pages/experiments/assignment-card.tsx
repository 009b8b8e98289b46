/** How often each group got each style. */
import { useQuery } from '@tanstack/react-query';
import { experiments } from '../../data/experiments.ts';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StyleBar } from './style-bar.tsx';

export function AssignmentCard() {
  const summary = useQuery(experiments.summary);
  const total = summary.data?.grand_total ?? 0;
  return (
    <Card title="Assigned" note={`${total.toLocaleString('en')} answers`}>
      <Loaded query={summary} lines={3}>
        {({ groups }) =>
          Object.keys(groups).length === 0 ? (
            <p className="text-[0.8667rem] text-muted">Nobody has asked yet. Try it above.</p>
          ) : (
            <div className="space-y-3.5">
              {Object.entries(groups)
                .sort(([a], [b]) => a.localeCompare(b))
                .map(([group, { _total, ...styles }]) => (
                  <StyleBar
                    key={group}
                    label={`Group ${group}`}
                    shares={styles}
                    format={(count) => count.toLocaleString('en')}
                  />
                ))}
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}
