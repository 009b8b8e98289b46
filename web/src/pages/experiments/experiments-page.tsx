/** The experiment of the two styles: assignment, feedback, ranking, and a place to try it. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { experiments } from '../../data/experiments.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { AssignmentCard } from './assignment-card.tsx';
import { CapCard } from './cap-card.tsx';
import { EngagementCard } from './engagement-card.tsx';
import { LeaderboardCard } from './leaderboard-card.tsx';
import { PoliciesCard } from './policies-card.tsx';
import { RecentFeedback } from './recent-feedback.tsx';
import { ResetCounts } from './reset-counts.tsx';
import { TryCard } from './try-card.tsx';

export function ExperimentsPage() {
  const cache = useQueryClient();
  const [isResetting, setResetting] = useState(false);
  return (
    <Page
      title="Experiments"
      lead="Each user is in group A or B for good; the group's policy weighs the styles. Feedback ranks them."
      actions={
        <>
          <Button icon="refresh" onClick={() => void cache.invalidateQueries({ queryKey: experiments.key })}>
            Refresh
          </Button>
          <Button look="danger" onClick={() => setResetting(true)}>
            Reset counts
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <div className="grid grid-cols-1 gap-4 lg:col-span-2">
          <EngagementCard />
          <LeaderboardCard />
          <RecentFeedback />
        </div>
        <div className="grid grid-cols-1 gap-4">
          <TryCard />
          <AssignmentCard />
          <PoliciesCard />
          <CapCard />
        </div>
      </div>
      {isResetting && <ResetCounts onClose={() => setResetting(false)} />}
    </Page>
  );
}
