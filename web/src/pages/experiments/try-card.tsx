/** One round of the experiment: ask as some user, see the style that was picked, rate the answer. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { experiments } from '../../data/experiments.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { RateAnswer } from './rate-answer.tsx';

export function TryCard() {
  const cache = useQueryClient();
  const [userId, setUserId] = useState('alice');
  const [prompt, setPrompt] = useState('How do I keep a plant alive?');
  const predict = useMutation({
    mutationFn: experiments.predict,
    onSuccess: () => cache.invalidateQueries({ queryKey: experiments.key }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    predict.mutate({ user_id: userId, prompt });
  };
  return (
    <Card title="Try it">
      <form onSubmit={submit} className="space-y-3">
        <Field label="As user" hint="The name decides the group, always the same.">
          {(ids) => (
            <input
              {...ids}
              className="control"
              value={userId}
              maxLength={200}
              onChange={(event) => setUserId(event.target.value)}
            />
          )}
        </Field>
        <Field label="Prompt">
          {(ids) => (
            <textarea
              {...ids}
              className="control"
              rows={2}
              value={prompt}
              onChange={(event) => setPrompt(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" isBusy={predict.isPending}>
          Ask
        </Button>
        {predict.isError && <ErrorState error={predict.error} />}
      </form>
      {predict.data !== undefined && <RateAnswer key={predict.data.interaction_id} answer={predict.data} />}
    </Card>
  );
}
