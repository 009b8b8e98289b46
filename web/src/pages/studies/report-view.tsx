/** The report of a study: summary, how each persona feels, themes, what to do, and the words that prove it. */
import { Link } from '@tanstack/react-router';
import type { FeedbackReport } from '../../../../src/core/study/feedback-report.ts';
import type { Study } from '../../../../src/core/study/study.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Card } from '../../ui/card.tsx';
import { InsightList } from './insight-list.tsx';
import { PersonaNames } from './persona-names.tsx';
import { SentimentBadge } from './sentiment-badge.tsx';

export function ReportView({ report, study }: { report: FeedbackReport; study: Study }) {
  return (
    <article aria-label="Report" className="grid grid-cols-1 gap-4">
      <Card title="Summary">
        <p className="text-[1rem] leading-relaxed whitespace-pre-wrap wrap-anywhere">{report.summary}</p>
      </Card>
      {report.insights.length > 0 && <InsightList insights={report.insights} study={study} />}
      {report.themes.length > 0 && (
        <Card title="Themes" isPadded={false}>
          <ul className="divide-y divide-line">
            {report.themes.map(({ name, detail, persona_ids: ids, sentiment }) => (
              <li key={name} className="px-4 py-3">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{name}</span>
                  <SentimentBadge sentiment={sentiment} />
                  <PersonaNames ids={ids} study={study} />
                </p>
                <p className="mt-0.5 text-[0.9333rem] text-muted wrap-anywhere">{detail}</p>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card title="How each of them feels" isPadded={false}>
        <ul className="divide-y divide-line">
          {report.sentiment.map(({ persona_id: id, name, sentiment, reason }) => (
            <li key={id} className="flex items-start gap-3 px-4 py-2.5">
              <Avatar id={id} name={name} />
              <div className="min-w-0 flex-1 text-[0.9333rem]">
                <p className="flex items-center gap-2">
                  <span className="font-medium">{name}</span>
                  <SentimentBadge sentiment={sentiment} />
                </p>
                <p className="text-muted wrap-anywhere">{reason}</p>
              </div>
            </li>
          ))}
        </ul>
      </Card>
      {report.quotes.length > 0 && <Quotes report={report} study={study} />}
    </article>
  );
}

function Quotes({ report, study }: { report: FeedbackReport; study: Study }) {
  const names = new Map(study.personas.map(({ id, name }) => [id, name]));
  return (
    <Card title="In their words" isPadded={false}>
      <ul className="divide-y divide-line">
        {report.quotes.map(({ persona_id: id, turn, text }) => (
          <li key={`${turn} ${text}`} className="px-4 py-2.5">
            <blockquote className="border-l-2 border-accent pl-3 text-[0.9333rem] wrap-anywhere">
              “{text}”
            </blockquote>
            <p className="mt-1 pl-3.5 text-xs text-muted">
              {names.get(id) ?? `Persona ${id}`} ·{' '}
              <Link
                from="/studies/$studyId"
                to="."
                hash={`turn-${turn}`}
                resetScroll={false}
                className="tnum text-accent-ink underline underline-offset-2"
              >
                turn {turn}
              </Link>
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
