/** Reads personas by id as one user sees them. */
import { AppError } from '../core/errors.ts';
import type { Persona } from '../core/persona/persona.ts';
import type { PersonaStore } from '../ports/persona-store.ts';

/** Throws `not_found` that names the ids there are not. */
export async function readPersonas(
  store: Pick<PersonaStore, 'getMany'>,
  ids: readonly number[],
  userId: string,
): Promise<Persona[]> {
  const wanted = [...new Set(ids)];
  const read = wanted.length === 0 ? [] : await store.getMany(wanted);
  const visible = new Map(
    read.filter(({ owner }) => owner === null || owner === userId).map((persona) => [persona.id, persona]),
  );
  const missing = wanted.filter((id) => !visible.has(id));
  if (missing.length > 0)
    throw new AppError('not_found', `There is no persona ${missing.join(', ')}: GET /personas lists yours`, {
      details: { ids: missing },
    });
  return wanted.flatMap((id) => visible.get(id) ?? []);
}
