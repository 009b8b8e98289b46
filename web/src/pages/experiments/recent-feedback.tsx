/** The latest ratings with what people wrote. */
import { useQuery } from '@tanstack/react-query';
import { experiments } from '../../data/experiments.ts';
import { Card } from '../../ui/card.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ScoreMark } from './score-mark.tsx';

const SHOWN = 8;

export function RecentFeedback() {
  const engagement = useQuery(experiments.engagement(null));
  if (engagement.data?.recent.length === 0) return null;
  return (
    <Card title="Latest feedback" isPadded={false}>
      <div className={engagement.data === undefined ? 'p-4' : ''}>
        <Loaded query={engagement}>
          {({ recent }) => (
            <ul className="divide-y divide-line text-[0.8667rem]">
              {recent.slice(0, SHOWN).map(({ id, score, notes, ts }) => (
                <li key={id} className="flex items-center gap-3 px-4 py-2">
                  <ScoreMark score={score} />
                  <span className={`min-w-0 flex-1 wrap-anywhere ${notes ? '' : 'text-muted'}`}>
                    {notes || 'No note'}
                  </span>
                  <span className="text-xs text-muted">
                    <Moment at={ts * 1_000} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </div>
    </Card>
  );
}
