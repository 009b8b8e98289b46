/** What the methods on personas share: how they are kept, repeated, and shown. */
import { z } from 'zod';
import type { JsonObject } from '../../core/json.ts';
import { type Persona, type PersonaFields, persona, personaId } from '../../core/persona/persona.ts';
import type { Call } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';

export const personaResult = persona.describe('A persona');
export const personaShared = {
  scope: 'tasks',
  auth: { ownership: 'own-personas' },
  bodyLimit: 'small',
} as const;
export const byId = z.object({ persona_id: personaId });
export const versionOf = (result: unknown) => String((result as Persona).version);
export const locationOf = (result: unknown) => `/personas/${(result as Persona).id}`;

/** Makes personas of the caller's own; the same `Idempotency-Key` makes them once. */
export function createOnce(
  call: Call,
  method: string,
  params: unknown,
  draft: () => Promise<readonly PersonaFields[]>,
): Promise<Persona[]> {
  const { deps, identity } = call;
  return idempotently<Persona[]>(call, method, params, {
    perform: async (record) => {
      const drafts = await draft();
      return drafts.length === 0 ? [] : deps.personas.create(identity.userId, drafts, record({}));
    },
    replay: async (answer: JsonObject) => deps.store.personas.getMany((answer['ids'] ?? []) as number[]),
  });
}
