/**
 * The API's edge for secrets: whatever a client writes into a secret field of a task is sealed for the task's owner
 * before it is stored, so that nothing behind it ever holds the value. `[secret]` keeps what was.
 */
import { AppError } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isSealed, SHOWN_SECRET } from '../../core/secrets/secret-field.ts';
import { type Path, valueAt } from '../../core/secrets/secret-fields.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { InputSecrets } from '../../ports/input-secrets.ts';
import type { ApiDeps } from '../api-deps.ts';
import { secretFieldsOf } from './secret-fields-of.ts';

interface Sealing extends Pick<ApiDeps, 'registry'> {
  readonly inputSecrets: Pick<InputSecrets, 'seal'>;
}
/** What `[secret]` stands for. */
type Before = Pick<TaskRecord, 'stored_inputs' | 'params'>;

/** The rows of a new tree. Throws `invalid_params` where `[secret]` stands for nothing. */
export function sealTasks(deps: Sealing, tasks: readonly TaskRecord[]): TaskRecord[] {
  const sealing = { registry: deps.registry, inputSecrets: { seal: sealOnce(deps.inputSecrets) } };
  return tasks.map((task) => sealTask(sealing, task));
}

/** Thousands of tasks mostly share one token: it is sealed once, which keeps the loop free. */
function sealOnce(inputSecrets: Sealing['inputSecrets']): Sealing['inputSecrets']['seal'] {
  const known = new Map<string, string>();
  return (userId, value) => {
    const key = JSON.stringify([userId, value]);
    const sealed = known.get(key) ?? inputSecrets.seal(userId, value);
    known.set(key, sealed);
    return sealed;
  };
}

/** The task itself where nothing is secret. `stored_inputs` follow `inputs`. */
export function sealTask(deps: Sealing, task: TaskRecord, before: Before | null = null): TaskRecord {
  const secrets = secretFieldsOf(deps.registry, task);
  if (secrets === null) return task;
  const seal = (value: JsonObject, field: 'inputs' | 'params', old: JsonObject | undefined) =>
    secrets.change(value, (secret, path) => {
      const plain = secret === SHOWN_SECRET ? kept(old, field, path) : secret;
      return isSealed(plain) ? plain : deps.inputSecrets.seal(task.user_id ?? '', plain);
    });
  const inputs = seal(task.inputs, 'inputs', before?.stored_inputs);
  const params = seal(task.params, 'params', before?.params);
  if (inputs === task.inputs && params === task.params) return task;
  return { ...task, inputs, stored_inputs: inputs, params };
}

function kept(old: JsonObject | undefined, field: string, path: Path): JsonValue {
  const value = valueAt(old, path);
  if (value !== undefined && value !== null && value !== SHOWN_SECRET) return value;
  const name = [field, ...path].join('.');
  throw new AppError(
    'invalid_params',
    `${name} is '${SHOWN_SECRET}', which keeps a value that is stored, and none is: give the value itself`,
  );
}
