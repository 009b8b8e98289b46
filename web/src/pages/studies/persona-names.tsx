/** From whom something comes: small portraits, the names for those who hover or hear. */
import type { Study } from '../../../../src/core/study/study.ts';
import { Avatar } from '../../ui/avatar.tsx';

export function PersonaNames({ ids, study }: { ids: readonly number[]; study: Study }) {
  const known = ids.flatMap((id) => study.personas.filter((persona) => persona.id === id));
  if (known.length === 0) return null;
  const names = known.map(({ name }) => name).join(', ');
  return (
    <span title={names} className="inline-flex -space-x-1">
      <span className="sr-only">From {names}</span>
      {known.map(({ id, name }) => (
        <Avatar key={id} id={id} name={name} className="size-5 text-[0.5625rem] ring-2 ring-surface" />
      ))}
    </span>
  );
}
