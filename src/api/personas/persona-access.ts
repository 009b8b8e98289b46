/** Who sees and changes which persona: shipped ones are everybody's and nobody's, the others their owner's. */
import { AppError } from '../../core/errors.ts';
import type { Persona } from '../../core/persona/persona.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Call } from '../method.ts';
import { canSee } from '../methods/own.ts';

/** Throws `not_found`, also for those of others. */
export async function requirePersona(call: Call, id: number): Promise<Persona> {
  const [persona] = await call.deps.store.personas.getMany([id]);
  if (persona === undefined || !(persona.is_shipped || canSee(call.identity, persona.owner)))
    throw noPersona(id);
  return persona;
}

/** With its owner. Throws `unauthorized`, `not_found`, `forbidden` for a shipped one. */
export async function requireOwnPersona(call: Call, id: number): Promise<Persona & { owner: string }> {
  requireWriter(call.identity);
  const persona = await requirePersona(call, id);
  if (persona.owner === null)
    throw new AppError(
      'forbidden',
      `Persona ${id} comes with the server and cannot be changed: duplicate it (POST /personas/${id}/duplicate) and change the copy`,
    );
  return { ...persona, owner: persona.owner };
}

export function noPersona(id: number): AppError {
  return new AppError('not_found', `Persona ${id} not found`);
}

/** A guest needs the session: by the browser's looks alone, what somebody makes could be lost with the next update. */
export function requireWriter(identity: Identity): void {
  if (identity.isGuest && identity.credential === 'none')
    throw new AppError(
      'unauthorized',
      "Changing personas needs to know who you are: send 'Authorization: Bearer <token>' or 'X-API-Key: tg_…', or send back the session cookie that came with this answer",
    );
}

/** What a change was made from. Throws `precondition_failed` for what cannot be a version of ours. */
export function versionOfCall(call: Call, given: number | null | undefined): number | undefined {
  if (call.ifMatch === null) return given ?? undefined;
  if (/^\d{1,9}$/.test(call.ifMatch)) return Number(call.ifMatch);
  throw new AppError('precondition_failed', 'If-Match must be the ETag of the persona as it was read');
}
