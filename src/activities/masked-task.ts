/** What hooks, rows and error results see of a task's inputs and params: `[secret]` where its executor has secrets. */
import type { JsonObject } from '../core/json.ts';
import type { ResolvedTask } from './resolve-task.ts';

export interface MaskedTask {
  readonly inputs: JsonObject;
  readonly params: JsonObject;
}

export function maskedTask({ inputs, definition, secrets }: ResolvedTask): MaskedTask {
  if (secrets === null) return { inputs, params: definition.params };
  return { inputs: secrets.mask(inputs), params: secrets.mask(definition.params) };
}

/** For the run's row. The stored inputs stay what they are: no copy is written. */
export function recordedInputs({ inputs, definition, secrets }: ResolvedTask): JsonObject {
  return secrets === null || inputs === definition.stored_inputs ? inputs : secrets.mask(inputs);
}
