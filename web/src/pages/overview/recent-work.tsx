/** What the caller did last: studies and conversations. Nothing where there is none. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { conversations } from '../../data/conversations.ts';
import { studies } from '../../data/studies.ts';
import { Card } from '../../ui/card.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StudyStatusBadge } from '../studies/study-status-badge.tsx';

const SHOWN = 4;
const ROW = 'flex items-center gap-3 px-4 py-2 text-[0.9333rem] hover:bg-page';

export function RecentWork() {
  const { data: found } = useQuery(studies.list);
  const { data: pages } = useInfiniteQuery(conversations.list);
  const recentStudies = found?.studies.slice(0, SHOWN) ?? [];
  const recentTalks = pages?.pages[0]?.conversations.slice(0, SHOWN) ?? [];
  if (recentStudies.length === 0 && recentTalks.length === 0) return null;
  return (
    <div
      className={`mt-5 grid grid-cols-1 items-start gap-3 ${recentStudies.length > 0 && recentTalks.length > 0 ? 'lg:grid-cols-2' : ''}`}
    >
      {recentStudies.length > 0 && (
        <Card title="Latest studies" isPadded={false}>
          <ul className="divide-y divide-line">
            {recentStudies.map(({ study_id: studyId, feature, status, created_at: at }) => (
              <li key={studyId}>
                <Link to="/studies/$studyId" params={{ studyId }} className={ROW}>
                  <span className="min-w-0 flex-1 truncate">{feature}</span>
                  <StudyStatusBadge status={status} />
                  <span className="text-xs text-muted">
                    <Moment at={at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {recentTalks.length > 0 && (
        <Card title="Latest conversations" isPadded={false}>
          <ul className="divide-y divide-line">
            {recentTalks.map(({ conversation_id: conversationId, title, updated_at: at }) => (
              <li key={conversationId}>
                <Link to="/conversations/$conversationId" params={{ conversationId }} className={ROW}>
                  <span className="min-w-0 flex-1 truncate">{title ?? 'New conversation'}</span>
                  <span className="text-xs text-muted">
                    <Moment at={at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}
