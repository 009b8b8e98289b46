/** Keeps personas that a task has made: one effect a key, however often the task is tried. */
import { AppError } from '../core/errors.ts';
import type { Persona, PersonaFields } from '../core/persona/persona.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import type { PersonaStore } from '../ports/persona-store.ts';
import type { Personas } from '../ports/personas.ts';

const METHOD = 'persona_generate_executor';

export async function savePersonas(
  parts: {
    readonly personas: Pick<Personas, 'create'>;
    readonly store: Pick<PersonaStore, 'getMany'>;
    readonly idempotency: Pick<IdempotencyStore, 'find'>;
  },
  userId: string,
  drafts: readonly PersonaFields[],
  key: string,
): Promise<Persona[]> {
  const find = async () => {
    const record = await parts.idempotency.find(userId, METHOD, key);
    return record === null ? null : parts.store.getMany(record.answer['ids'] as number[]);
  };
  const known = await find();
  if (known !== null) return known;
  try {
    return await parts.personas.create(userId, drafts, {
      userId,
      method: METHOD,
      key,
      bodyHash: '',
      answer: {},
    });
  } catch (error) {
    // Another attempt at the task was faster.
    const winner = AppError.is(error) && error.code === 'idempotency_conflict' ? await find() : null;
    if (winner === null) throw error;
    return winner;
  }
}
