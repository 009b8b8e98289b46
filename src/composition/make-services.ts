/** Gives executors the parts of the server that they work with. */
import { AppError } from '../core/errors.ts';
import type { ExecutorServices } from '../core/executor-services.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { readPersonas } from '../personas/read-personas.ts';
import type { Store } from '../ports/store.ts';

/** For a process that has the store. */
export function makeServices(parts: {
  readonly store: Store;
  readonly safety: SafetyServices;
}): ExecutorServices {
  return {
    personas: { getMany: (ids, userId) => readPersonas(parts.store.personas, ids, userId) },
    studies: { save: (study) => parts.store.studies.save(study) },
    safety: parts.safety,
  };
}

/** For a worker of a named queue, which has no store: what needs one throws `task_failed`. */
export function makeQueueServices(parts: { readonly safety: SafetyServices }): ExecutorServices {
  return {
    personas: { getMany: needsDatabase },
    studies: { save: needsDatabase },
    safety: parts.safety,
  };
}

async function needsDatabase(): Promise<never> {
  throw new AppError(
    'task_failed',
    'This task works with the database, which a worker of a named queue does not have: leave policy.task_queue away',
  );
}
