/** What to do, the most pressing first: for whom, how much work, who said so. */
import type { FeedbackReport } from '../../../../src/core/study/feedback-report.ts';
import type { Study } from '../../../../src/core/study/study.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { PersonaNames } from './persona-names.tsx';

type Insight = FeedbackReport['insights'][number];

const SEVERITIES: Readonly<Record<Insight['severity'], { readonly tone: Tone; readonly rank: number }>> = {
  critical: { tone: 'bad', rank: 0 },
  high: { tone: 'bad', rank: 1 },
  medium: { tone: 'warn', rank: 2 },
  low: { tone: 'neutral', rank: 3 },
};

export function InsightList({ insights, study }: { insights: readonly Insight[]; study: Study }) {
  const ordered = [...insights].sort((a, b) => SEVERITIES[a.severity].rank - SEVERITIES[b.severity].rank);
  return (
    <Card title="What to do" note={`${insights.length} insights`} isPadded={false}>
      <ol className="divide-y divide-line">
        {ordered.map(({ title, detail, action, persona_ids: ids, severity, owner, effort }) => (
          <li key={title} className="px-4 py-3">
            <div className="flex flex-wrap items-center gap-2">
              <h3 className="font-medium wrap-anywhere">{title}</h3>
              <Badge tone={SEVERITIES[severity].tone}>{severity}</Badge>
            </div>
            <p className="mt-0.5 text-[0.9333rem] text-muted wrap-anywhere">{detail}</p>
            <p className="mt-1.5 flex gap-2 text-[0.9333rem]">
              <Icon name="arrow" className="mt-1 size-3.5 text-accent" />
              <span className="min-w-0 wrap-anywhere">{action}</span>
            </p>
            <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
              <span>
                Owner: <span className="text-ink">{owner}</span>
              </span>
              <span>
                Effort: <span className="text-ink">{effort}</span>
              </span>
              <PersonaNames ids={ids} study={study} />
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
