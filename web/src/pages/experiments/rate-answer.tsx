/** An answer of the experiment and the five buttons that rate it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { experiments, type Prediction } from '../../data/experiments.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { notices } from '../../ui/notices.ts';

const SCORES = [1, 2, 3, 4, 5];

export function RateAnswer({ answer }: { answer: Prediction }) {
  const cache = useQueryClient();
  const [notes, setNotes] = useState('');
  const rate = useMutation({
    mutationFn: (score: number) =>
      experiments.feedback({
        interaction_id: answer.interaction_id,
        score,
        ...(notes.trim() === '' ? {} : { notes: notes.trim() }),
      }),
    onSuccess: async () => {
      notices.tell('Thank you: the rating counts');
      await cache.invalidateQueries({ queryKey: experiments.key });
    },
  });
  return (
    <div className="arrive mt-4 space-y-3 border-t border-line pt-4" aria-live="polite">
      <div className="flex gap-1.5">
        <Badge tone="info">Group {answer.group}</Badge>
        <Badge tone="good">{answer.picked_policy}</Badge>
      </div>
      <p className="rounded-lg bg-sunken px-3 py-2 text-[0.8667rem] whitespace-pre-wrap wrap-anywhere">
        {answer.response.text}
      </p>
      {rate.isSuccess ? (
        <p className="text-[0.8667rem] text-muted">You gave it {rate.variables} of 5.</p>
      ) : (
        <>
          <Field label="Note" hint="Goes with the rating; may stay empty.">
            {(ids) => (
              <input
                {...ids}
                className="control"
                value={notes}
                maxLength={500}
                onChange={(event) => setNotes(event.target.value)}
              />
            )}
          </Field>
          <fieldset className="flex items-center gap-1.5">
            <legend className="sr-only">Rate the answer</legend>
            {SCORES.map((score) => (
              <button
                key={score}
                type="button"
                aria-label={`${score} of 5`}
                disabled={rate.isPending}
                onClick={() => rate.mutate(score)}
                className="tnum h-8 flex-1 rounded-md border border-strong font-medium hover:border-accent hover:bg-accent-soft hover:text-accent-ink"
              >
                {score}
              </button>
            ))}
          </fieldset>
        </>
      )}
      {rate.isError && <ErrorState error={rate.error} />}
    </div>
  );
}
