/** Opens the secrets of a task just before its executor is called, and knows them afterwards so that none comes back. */
import { AppError } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { Redactor } from '../core/secrets/redactor.ts';
import { isSealed } from '../core/secrets/secret-field.ts';
import type { Path, SecretFields } from '../core/secrets/secret-fields.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { RunOfUser } from '../ports/llm-keys.ts';
import type { ResolvedTask } from './resolve-task.ts';

export interface OpenedTask {
  readonly task: ResolvedTask;
  readonly redactor: Redactor;
}

/**
 * The task with readable inputs and params. Throws `task_input_invalid` naming what
 * cannot be opened, and `unavailable` when this worker must ask for them and gets no answer.
 */
export async function openSecrets(
  inputSecrets: Pick<InputSecrets, 'open'>,
  task: ResolvedTask,
  run: RunOfUser,
): Promise<OpenedTask> {
  const { secrets, definition } = task;
  if (secrets === null) return { task, redactor: new Redactor([]) };
  const given = [...secrets.find(task.inputs), ...secrets.find(definition.params)].map(({ value }) => value);
  const sealed = given.filter(isSealed);
  const owner = { runId: run.runId, taskId: definition.id, userId: definition.user_id ?? run.userId };
  const opened = sealed.length === 0 ? new Map<string, JsonValue>() : await inputSecrets.open(owner, sealed);
  const readable = (value: JsonObject, field: string) => openIn(secrets, value, opened, field);
  return {
    task: {
      ...task,
      inputs: readable(task.inputs, 'inputs'),
      definition: { ...definition, params: readable(definition.params, 'params') },
    },
    redactor: new Redactor(given.map((value) => (isSealed(value) ? (opened.get(value) ?? null) : value))),
  };
}

function openIn(
  secrets: SecretFields,
  value: JsonObject,
  opened: ReadonlyMap<string, JsonValue>,
  field: string,
): JsonObject {
  return secrets.change(value, (secret, path) => {
    if (!isSealed(secret)) return secret;
    const readable = opened.get(secret);
    if (readable === undefined) throw unreadable(field, path);
    return readable;
  });
}

function unreadable(field: string, path: Path): AppError {
  const name = [field, ...path].join('.');
  return new AppError(
    'task_input_invalid',
    `${name} cannot be opened: it was stored under another TASKGROVE_SECRET, or for another user. Give it again with tasks.update, or start the server with the TASKGROVE_SECRET it was stored under`,
  );
}
