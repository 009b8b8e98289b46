/** Gives executors the parts of the server that they work with. */

import { createConversationServices } from '../conversations/conversation-services.ts';
import { AppError } from '../core/errors.ts';
import type { ExecutorServices } from '../core/executor-services.ts';
import type { PersonaServices } from '../core/persona/persona-services.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { createExperiments } from '../experiments/create-experiments.ts';
import { readPersonas } from '../personas/read-personas.ts';
import { savePersonas } from '../personas/save-personas.ts';
import type { Personas } from '../ports/personas.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';

/** For a process that has the store. */
export function makeServices(parts: {
  readonly store: Store;
  readonly safety: SafetyServices;
  readonly personas: Personas;
  readonly logger: Logger;
}): ExecutorServices {
  const { store, logger } = parts;
  return {
    experiments: createExperiments({ store: store.experiments, now: Date.now, random: Math.random, logger }),
    personas: personaServices(parts),
    studies: { save: (study) => parts.store.studies.save(study) },
    safety: parts.safety,
    conversations: createConversationServices(parts.store.conversations, parts.safety),
  };
}

function personaServices({ store, personas }: Parameters<typeof makeServices>[0]): PersonaServices {
  const saving = { personas, store: store.personas, idempotency: store.idempotency };
  return {
    getMany: (ids, userId) => readPersonas(store.personas, ids, userId),
    save: (userId, drafts, key) => savePersonas(saving, userId, drafts, key),
    backup: async (target, userId) => {
      const { path, bytes, sha256, count } = await personas.backup(target, userId);
      return { path, bytes, sha256, count };
    },
  };
}

/** For a worker of a named queue, which has no store: what needs one throws `task_failed`. */
export function makeQueueServices(parts: { readonly safety: SafetyServices }): ExecutorServices {
  return {
    experiments: { assign: needsDatabase, leaderboard: needsDatabase },
    studies: { save: needsDatabase },
    conversations: { reply: needsDatabase },
    safety: parts.safety,
    personas: { getMany: needsDatabase, save: needsDatabase, backup: needsDatabase },
  };
}

async function needsDatabase(): Promise<never> {
  throw new AppError(
    'task_failed',
    'This task works with the database, which a worker of a named queue does not have: leave policy.task_queue away',
  );
}
