/** Asks, then deletes an own persona. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Persona } from '../../../../src/core/persona/persona.ts';
import { personas } from '../../data/personas.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { notices } from '../../ui/notices.ts';

export function DeletePersona({ persona, onClose }: { persona: Persona; onClose: () => void }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => personas.remove(persona.id),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: personas.key });
      notices.tell(`${persona.name} was deleted`);
      onClose();
    },
  });
  return (
    <Confirm
      title={`Delete ${persona.name}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>Studies that {persona.name} took part in stay as they are.</p>
    </Confirm>
  );
}
