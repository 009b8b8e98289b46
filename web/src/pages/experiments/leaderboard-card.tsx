/** Which style does best in which group: by the lower end of what its share of good ratings may be. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { experiments, type LeaderboardRow } from '../../data/experiments.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Segmented } from '../../ui/segmented.tsx';

const DAYS = [
  { value: '7', label: '7 d' },
  { value: '30', label: '30 d' },
  { value: '365', label: '1 y' },
] as const;

export function LeaderboardCard() {
  const [days, setDays] = useState<(typeof DAYS)[number]['value']>('30');
  const leaderboard = useQuery(experiments.leaderboard(Number(days)));
  return (
    <Card
      title="Leaderboard"
      isPadded={false}
      actions={<Segmented label="Days" value={days} options={DAYS} onChange={setDays} />}
    >
      <div className={leaderboard.data === undefined ? 'p-4' : ''}>
        <Loaded query={leaderboard}>
          {({ results }) =>
            results.length === 0 ? (
              <p className="p-4 text-[0.8667rem] text-muted">No answers in this time.</p>
            ) : (
              <Table
                rows={[...results].sort((a, b) => b.wilson_lb - a.wilson_lb || b.n_feedback - a.n_feedback)}
              />
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}

function Table({ rows }: { rows: readonly LeaderboardRow[] }) {
  const best = rows[0];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on narrow screens it scrolls, with the keyboard too
    <section className="overflow-x-auto" aria-label="Leaderboard" tabIndex={0}>
      <table className="tnum w-full min-w-md text-[0.8667rem]">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th scope="col" className="py-2 pl-4 font-medium">
              Style
            </th>
            <th scope="col" className="font-medium">
              Group
            </th>
            <th scope="col" className="text-right font-medium">
              Ratings
            </th>
            <th scope="col" className="text-right font-medium">
              Average
            </th>
            <th scope="col" className="text-right font-medium">
              Good / bad
            </th>
            <th scope="col" className="w-1/3 py-2 pl-6 pr-4 font-medium">
              <abbr
                title="Lower bound of the 95 % Wilson interval of the share of 4s and 5s"
                className="no-underline"
              >
                At least good
              </abbr>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={`${row.group} ${row.persona}`}>
              <th scope="row" className="py-2 pl-4 text-left font-medium">
                {row.persona} {row === best && row.n_feedback > 0 && <Badge tone="good">leads</Badge>}
              </th>
              <td>{row.group}</td>
              <td className="text-right">{row.n_feedback}</td>
              <td className="text-right">{row.avg_score?.toFixed(2) ?? '–'}</td>
              <td className="text-right">
                {row.pos} / {row.neg}
              </td>
              <td className="pl-6 pr-4">
                <div className="flex items-center gap-2">
                  <div className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
                    <div
                      className="h-full rounded-full bg-accent"
                      style={{ width: `${row.wilson_lb * 100}%` }}
                    />
                  </div>
                  <span className="w-10 text-right">{(row.wilson_lb * 100).toFixed(0)} %</span>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
