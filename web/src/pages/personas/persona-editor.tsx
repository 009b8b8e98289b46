/** The form of a persona: a new one, a copy of another, or an own one that is changed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Persona, PersonaFields } from '../../../../src/core/persona/persona.ts';
import { personas } from '../../data/personas.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';
import { notices } from '../../ui/notices.ts';

const LEVELS = ['Low', 'Medium', 'High'] as const satisfies readonly Persona['tech_proficiency'][];
const EMPTY: PersonaFields = {
  name: '',
  occupation: '',
  location: '',
  tech_proficiency: 'Medium',
  behavioral_traits: [],
};
const TEXT_FIELDS = [
  { name: 'name', label: 'Name', most: 100 },
  { name: 'occupation', label: 'Occupation', most: 200 },
  { name: 'location', label: 'Location', most: 200 },
] as const;
const FORM_ID = 'persona-form';

export function PersonaEditor(props: {
  /** Whose fields stand in the form at first. */
  from: Persona | null;
  isCopy: boolean;
  onClose: () => void;
}) {
  const { from, isCopy, onClose } = props;
  const edited = isCopy ? null : from;
  const [fields, setFields] = useState<PersonaFields>(() =>
    from === null ? EMPTY : isCopy ? { ...from, name: `${from.name} (copy)` } : from,
  );
  const [traits, setTraits] = useState(() => (from?.behavioral_traits ?? []).join('\n'));
  const save = useSave(edited, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lines = traits.split('\n').map((line) => line.trim());
    const { name, occupation, location, tech_proficiency } = fields;
    save.mutate({
      name,
      occupation,
      location,
      tech_proficiency,
      behavioral_traits: lines.filter((line) => line !== ''),
    });
  };
  return (
    <Modal
      title={edited === null ? 'New persona' : `Edit ${edited.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM_ID} look="primary" isBusy={save.isPending}>
            {edited === null ? 'Add persona' : 'Save'}
          </Button>
        </>
      }
    >
      <form id={FORM_ID} onSubmit={submit} className="space-y-4">
        {TEXT_FIELDS.map(({ name, label, most }) => (
          <Field key={name} label={label}>
            {(ids) => (
              <input
                {...ids}
                className="control"
                required
                maxLength={most}
                value={fields[name]}
                onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <Field label="Gets on with technology">
          {(ids) => (
            <select
              {...ids}
              className="control"
              value={fields.tech_proficiency}
              onChange={(event) =>
                setFields({
                  ...fields,
                  tech_proficiency: event.target.value as PersonaFields['tech_proficiency'],
                })
              }
            >
              {LEVELS.map((level) => (
                <option key={level}>{level}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Behavioural traits" hint="One a line, for example: reads reviews before buying">
          {(ids) => (
            <textarea
              {...ids}
              className="control"
              rows={5}
              value={traits}
              onChange={(event) => setTraits(event.target.value)}
            />
          )}
        </Field>
        {save.isError && <ErrorState error={save.error} />}
      </form>
    </Modal>
  );
}

function useSave(edited: Persona | null, onClose: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (fields: PersonaFields) =>
      edited === null ? personas.create(fields) : personas.update(edited, fields),
    onSuccess: async ({ name }) => {
      await cache.invalidateQueries({ queryKey: personas.key });
      notices.tell(edited === null ? `${name} was added` : `${name} was saved`);
      onClose();
    },
  });
}
