/** Asks, then sets the assignment counts to zero. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { experiments } from '../../data/experiments.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { notices } from '../../ui/notices.ts';

export function ResetCounts({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient();
  const reset = useMutation({
    mutationFn: experiments.reset,
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: experiments.key });
      notices.tell('The counts start from zero');
      onClose();
    },
  });
  return (
    <Confirm
      title="Reset the counts?"
      action="Reset counts"
      isBusy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
      onClose={onClose}
    >
      <p>
        How often each group got each style starts from zero, for everybody. Feedback and the ranking stay.
      </p>
    </Confirm>
  );
}
