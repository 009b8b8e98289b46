/** What is asked of a study: the feature, what the personas should know, who takes part, how often each speaks. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Persona } from '../../../../src/core/persona/persona.ts';
import type { Study } from '../../../../src/core/study/study.ts';
import { studies } from '../../data/studies.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { PersonaPicker } from './persona-picker.tsx';

const MOST_FEATURE = 4_000;
const ROUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const DEFAULT_ROUNDS = 3;
const FIRST_CHOSEN = 3;

export function StudyForm({ personas, from }: { personas: readonly Persona[]; from: Study | null }) {
  const [feature, setFeature] = useState(from?.feature ?? '');
  const [context, setContext] = useState(from?.context ?? '');
  const [rounds, setRounds] = useState(from?.turns ?? DEFAULT_ROUNDS);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => {
    const known = new Set(personas.map(({ id }) => id));
    const wanted = from?.persona_ids.filter((id) => known.has(id)) ?? [];
    return new Set(wanted.length > 0 ? wanted : [...known].slice(0, FIRST_CHOSEN));
  });
  const start = useStart();
  const canStart = feature.trim() !== '' && chosen.size > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!canStart) return;
    start.mutate({
      feature: feature.trim(),
      ...(context.trim() === '' ? {} : { context: context.trim() }),
      // In the order they are listed: the same choice is the same study.
      persona_ids: personas.filter(({ id }) => chosen.has(id)).map(({ id }) => id),
      turns: rounds,
    });
  };
  return (
    <form onSubmit={submit}>
      <Card title="New study">
        <div className="space-y-4">
          <Field label="Feature or question">
            {(ids) => (
              <textarea
                {...ids}
                className="control text-base"
                rows={3}
                required
                maxLength={MOST_FEATURE}
                placeholder="A weekly plan that fills itself from what I have in the fridge"
                value={feature}
                onChange={(event) => setFeature(event.target.value)}
              />
            )}
          </Field>
          <details open={context !== ''}>
            <summary className="w-fit rounded-sm text-[0.8667rem] text-muted hover:text-ink">
              What they should know besides
            </summary>
            <Field label="Context" className="mt-2" hint="The product, the market, what exists already.">
              {(ids) => (
                <textarea
                  {...ids}
                  className="control"
                  rows={3}
                  maxLength={MOST_FEATURE}
                  value={context}
                  onChange={(event) => setContext(event.target.value)}
                />
              )}
            </Field>
          </details>
          <PersonaPicker personas={personas} chosen={chosen} onChange={setChosen} />
        </div>
        <div className="mt-4 flex flex-wrap items-end gap-x-4 gap-y-3 border-t border-line pt-4">
          <Field label="Rounds" className="w-24">
            {(ids) => (
              <select
                {...ids}
                className="control"
                value={rounds}
                onChange={(event) => setRounds(Number(event.target.value))}
              >
                {ROUNDS.map((count) => (
                  <option key={count}>{count}</option>
                ))}
              </select>
            )}
          </Field>
          <p className="tnum flex-1 pb-2 text-[0.8667rem] text-muted">
            {chosen.size} {chosen.size === 1 ? 'persona' : 'personas'} × {rounds} = {chosen.size * rounds}{' '}
            turns
          </p>
          <Button type="submit" look="primary" disabled={!canStart} isBusy={start.isPending}>
            Start the study
          </Button>
        </div>
        {start.isError && (
          <div className="mt-3">
            <ErrorState error={start.error} />
          </div>
        )}
      </Card>
    </form>
  );
}

function useStart() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: studies.start,
    onSuccess: async ({ study_id: studyId }) => {
      void cache.invalidateQueries({ queryKey: studies.key });
      await navigate({ to: '/studies/$studyId', params: { studyId } });
    },
  });
}
