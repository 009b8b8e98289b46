/** Changes how a policy picks styles: by weights that stay, or by what feedback teaches. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { experiments, type Policy } from '../../data/experiments.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { notices } from '../../ui/notices.ts';

const FORM_ID = 'policy-form';
const STYLES = ['serious', 'playful'] as const;
const KINDS: readonly { readonly kind: Policy['kind']; readonly label: string }[] = [
  { kind: 'fixed', label: 'By the weights below' },
  { kind: 'thompson', label: 'Learn from feedback which is liked' },
];

export function PolicyForm(props: { policy: Policy; title: string; onClose: () => void }) {
  const { policy, title, onClose } = props;
  const cache = useQueryClient();
  const [kind, setKind] = useState(policy.kind);
  const [weights, setWeights] = useState<Record<string, number>>({
    serious: 0,
    playful: 0,
    ...policy.weights,
  });
  const save = useMutation({
    mutationFn: () => experiments.setPolicy({ name: policy.name, kind, weights }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: experiments.key });
      notices.tell('The policy holds from the next answer on');
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal
      title={`Policy of ${title}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM_ID} look="primary" isBusy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={FORM_ID} onSubmit={submit} className="space-y-4">
        <Field label="How a style is picked">
          {(ids) => (
            <select
              {...ids}
              className="control"
              value={kind}
              onChange={(event) => setKind(event.target.value as Policy['kind'])}
            >
              {KINDS.map((choice) => (
                <option key={choice.kind} value={choice.kind}>
                  {choice.label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="grid grid-cols-2 gap-4">
          {STYLES.map((style) => (
            <Field key={style} label={`Weight of ${style}`}>
              {(ids) => (
                <input
                  {...ids}
                  className="control tnum"
                  type="number"
                  min={0}
                  step="any"
                  required
                  value={weights[style]}
                  onChange={(event) => setWeights({ ...weights, [style]: event.target.valueAsNumber || 0 })}
                />
              )}
            </Field>
          ))}
        </div>
        <p className="text-xs text-muted">
          Weights need not add up to 1. A policy that learns picks among the styles whose weight is above 0.
        </p>
        {save.isError && <ErrorState error={save.error} />}
      </form>
    </Modal>
  );
}
