/** What people answered: how many gave which score, and how the scores went over time. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type Engagement, experiments } from '../../data/experiments.ts';
import { Card } from '../../ui/card.tsx';
import { Chart } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Stat } from '../../ui/stat.tsx';
import { histogramOptions, timelineOptions } from './score-charts.ts';
import { timelineOf } from './timeline-of.ts';

const DAY_S = 86_400;
const WINDOWS = [
  { value: 'day', label: '24 h', seconds: DAY_S },
  { value: 'month', label: '30 d', seconds: 30 * DAY_S },
  { value: 'all', label: 'All', seconds: null },
] as const;
type WindowName = (typeof WINDOWS)[number]['value'];
const SCORES = [1, 2, 3, 4, 5];

export function EngagementCard() {
  const [name, setName] = useState<WindowName>('all');
  const seconds = WINDOWS.find(({ value }) => value === name)?.seconds ?? null;
  const engagement = useQuery(experiments.engagement(seconds));
  return (
    <Card
      title="Engagement"
      actions={<Segmented label="Time" value={name} options={WINDOWS} onChange={setName} />}
    >
      <Loaded query={engagement} lines={7}>
        {(data) =>
          data.summary.count === 0 ? (
            <EmptyState icon="chart" title="No feedback in this time">
              Ask something at “Try it” and rate the answer.
            </EmptyState>
          ) : (
            <Charts data={data} />
          )
        }
      </Loaded>
    </Card>
  );
}

function Charts({ data: { summary, recent } }: { data: Engagement }) {
  const counts = useMemo(() => SCORES.map((score) => summary.histogram[String(score)] ?? 0), [summary]);
  const histogram = useMemo(() => [SCORES, counts] as [number[], number[]], [counts]);
  const timeline = useMemo(() => timelineOf(recent), [recent]);
  const happy = (counts[3] ?? 0) + (counts[4] ?? 0);
  return (
    <>
      <dl className="mb-4 flex flex-wrap gap-x-10 gap-y-3">
        <Stat name="Ratings" value={summary.count.toLocaleString('en')} />
        <Stat name="Average" value={summary.avg_score?.toFixed(2) ?? '–'} unit="of 5" />
        <Stat name="4 or 5" value={`${Math.round((100 * happy) / summary.count)} %`} />
      </dl>
      <div className="grid gap-5 sm:grid-cols-2">
        <figure>
          <figcaption className="mb-1 text-xs text-muted">Ratings by score</figcaption>
          <Chart
            label={`Ratings by score: ${SCORES.map((score, index) => `${score}: ${counts[index]}`).join(', ')}`}
            height={190}
            data={histogram}
            options={histogramOptions}
          />
        </figure>
        <figure>
          <figcaption className="mb-1 text-xs text-muted">
            The latest {recent.length}, and their running average
          </figcaption>
          <Chart
            label={`The latest ${recent.length} ratings over time; average at the end ${timeline[2].at(-1)?.toFixed(1) ?? 'none'}`}
            height={190}
            data={timeline}
            options={timelineOptions}
          />
        </figure>
      </div>
    </>
  );
}
