/** One study: what is being said, and the report once there is one. */
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Study } from '../../../../src/core/study/study.ts';
import type { Speaking } from '../../data/speaking.ts';
import { isStudyOpen } from '../../data/studies.ts';
import { useLiveStudy } from '../../data/use-live-study.ts';
import { buttonClass } from '../../ui/button-class.ts';
import { DemoBadge } from '../../ui/demo-badge.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ExitNote } from '../../ui/exit-note.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { ReportView } from './report-view.tsx';
import { StudyActions } from './study-actions.tsx';
import { StudyConversation } from './study-conversation.tsx';
import { StudyStatusBadge } from './study-status-badge.tsx';

const route = getRouteApi('/studies/$studyId');
const MOST_TITLE = 120;

export function StudyPage() {
  const { studyId } = route.useParams();
  const { study, speaking } = useLiveStudy(studyId);
  const { data } = study;
  return (
    <Page
      title={data === undefined ? 'Study' : titleOf(data.feature)}
      windowTitle={data === undefined ? 'Study' : `Study: ${titleOf(data.feature)}`}
      above={
        <Link
          to="/studies"
          className="mb-2 inline-flex items-center gap-1 rounded-sm text-[0.8667rem] text-muted hover:text-ink"
        >
          <Icon name="back" className="size-3.5" />
          Studies
        </Link>
      }
      {...(data === undefined
        ? {}
        : { lead: <Facts study={data} />, actions: <StudyActions study={data} /> })}
    >
      <Loaded query={study} lines={10}>
        {(loaded) => <Body study={loaded} speaking={speaking} />}
      </Loaded>
    </Page>
  );
}

/** The whole of it stands in the page where it was cut. */
function titleOf(feature: string): string {
  const line = feature.replaceAll(/\s+/g, ' ');
  return line.length <= MOST_TITLE ? line : `${line.slice(0, MOST_TITLE)}…`;
}

function Facts({ study }: { study: Study }) {
  return (
    <span className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
      <StudyStatusBadge status={study.status} />
      {study.demo.active && <DemoBadge why={study.demo.reason} />}
      <span className="tnum">
        {study.persona_ids.length} personas, {study.turns} rounds
      </span>
      <span>
        · <Moment at={study.created_at} />
      </span>
      {study.model !== null && <span>· {study.model}</span>}
    </span>
  );
}

function Body({ study, speaking }: { study: Study; speaking: readonly Speaking[] }) {
  const { report, exit, output_exit: outputExit, error, status } = study;
  const isOpen = isStudyOpen(study);
  return (
    <div className="space-y-4">
      {exit !== null && (
        <div className="space-y-3">
          <ExitNote
            exit={exit}
            title="The safety check stopped this study: nothing was asked of the personas"
          />
          <Link to="/studies" search={{ from: study.study_id }} className={buttonClass('primary')}>
            <Icon name="edit" />
            Say it differently
          </Link>
        </div>
      )}
      {outputExit !== null && <ExitNote exit={outputExit} title="Parts of what was said are masked" />}
      {error !== null && status !== 'blocked' && status !== 'cancelled' && (
        <ErrorState error={new Error(error)} />
      )}
      {(study.feature.length > MOST_TITLE || study.context !== null) && <Asked study={study} />}
      <div
        className={`grid grid-cols-1 items-start gap-4 ${report === null ? '' : 'lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]'}`}
      >
        {report !== null && <ReportView report={report} study={study} />}
        {(isOpen || study.conversation.length > 0) && (
          <StudyConversation study={study} speaking={isOpen ? speaking : []} isBeside={report !== null} />
        )}
      </div>
    </div>
  );
}

function Asked({ study: { feature, context } }: { study: Study }) {
  return (
    <details className="rounded-xl border border-line bg-surface px-4 py-2.5 text-[0.9333rem]">
      <summary className="text-muted">All that was asked</summary>
      <p className="mt-2 whitespace-pre-wrap wrap-anywhere">{feature}</p>
      {context !== null && <p className="mt-2 text-muted whitespace-pre-wrap wrap-anywhere">{context}</p>}
    </details>
  );
}
