/** The studies there were, the newest first. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isStudyOpen, studies } from '../../data/studies.ts';
import { Card } from '../../ui/card.tsx';
import { DemoBadge } from '../../ui/demo-badge.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StudyStatusBadge } from './study-status-badge.tsx';

const LOOK_EVERY_MS = 3_000;

export function StudyList() {
  const list = useQuery({
    ...studies.list,
    refetchInterval: ({ state }) => (state.data?.studies.some(isStudyOpen) ? LOOK_EVERY_MS : false),
  });
  return (
    <Card title="Past studies" isPadded={false}>
      <div className={list.data === undefined ? 'p-4' : ''}>
        <Loaded query={list} lines={6}>
          {(data) =>
            data.studies.length === 0 ? (
              <EmptyState icon="study" title="No studies yet">
                They stay here with what was said and what came of it.
              </EmptyState>
            ) : (
              <ul className="divide-y divide-line">
                {data.studies.map(
                  ({ study_id: studyId, feature, status, persona_ids: ids, demo, created_at: at }) => (
                    <li key={studyId}>
                      <Link
                        to="/studies/$studyId"
                        params={{ studyId }}
                        className="block px-4 py-2.5 hover:bg-page"
                      >
                        <span className="line-clamp-2 text-[0.9333rem] wrap-anywhere">{feature}</span>
                        <span className="mt-1 flex flex-wrap items-center gap-1.5 text-xs text-muted">
                          <StudyStatusBadge status={status} />
                          {demo.active && <DemoBadge why={demo.reason} />}
                          <span className="tnum">{ids.length} personas</span>·<Moment at={at} />
                        </span>
                      </Link>
                    </li>
                  ),
                )}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}
