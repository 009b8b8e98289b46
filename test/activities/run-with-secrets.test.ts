/** What surrounds a call with secrets: opened before it, taken out of all it says, and never a guess when it cannot be. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Verdict } from '../../src/activities/check-task.ts';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import type { ResolvedTask } from '../../src/activities/resolve-task.ts';
import { checkWithSecrets, runWithSecrets } from '../../src/activities/run-with-secrets.ts';
import { AppError } from '../../src/core/errors.ts';
import { type AnyExecutor, defineExecutor, SECRET } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { SecretFields } from '../../src/core/secrets/secret-fields.ts';
import { type SecretShape, secretShape } from '../../src/core/secrets/secret-shape.ts';
import { newTaskRecord } from '../../src/core/task-tree/new-task-record.ts';
import { createInputSecrets } from '../../src/secrets/input-secrets.ts';
import { createSealer } from '../../src/secrets/sealer.ts';

const inputSecrets = createInputSecrets(createSealer('a secret of the tests, long enough'));
const input = z.object({
  token: z
    .string()
    .refine((token) => token.startsWith('tok-'), { error: (issue) => `'${issue.input}' is no token` })
    .meta(SECRET),
});
const executor = defineExecutor({
  id: 'login_executor',
  name: 'Login',
  description: 'Waits for a login',
  tags: ['test'],
  type: null,
  examples: ['Log in'],
  input,
  output: z.object({}),
  placement: 'wait',
  demoInput: { token: 'tok-demo' },
  demo: () => ({}),
  run: async () => ({}),
}) as AnyExecutor;
const shape = secretShape(z.toJSONSchema(input) as JsonObject) as SecretShape;

function taskWith(inputs: JsonObject): ResolvedTask {
  const place = { parent_id: null, task_tree_id: 'task', position: 0 };
  const definition = newTaskRecord({ id: 'task', name: 'task', user_id: 'ann', inputs, ...place }, 'now');
  return {
    planned: {} as ResolvedTask['planned'],
    definition,
    executorId: executor.id,
    executor,
    dependencies: new Map(),
    inputs,
    secrets: new SecretFields(shape, () => null),
  };
}

const logged: string[] = [];
const log = (fields: object, message: string) => void logged.push(JSON.stringify(fields) + message);
const depsWith = (open: ActivityDependencies['inputSecrets']['open']) =>
  ({
    inputSecrets: { open },
    logger: { info: log, warn: log, error: log },
  }) as unknown as ActivityDependencies;
const deps = depsWith(inputSecrets.open);
const run = { runId: 'run', userId: 'ann' };
const noProgress = { run, onProgress: () => undefined };
const sealed = (token: string) => taskWith({ token: inputSecrets.seal('ann', token) });

it('the call reads it, and nothing the call says repeats it', async () => {
  const said: unknown[] = [];
  const options = {
    run,
    onProgress: (progress: number, message?: string) => said.push(progress, message),
    onDelta: (text: string) => said.push(text),
  };
  const verdict = await runWithSecrets(deps, sealed('tok-hidden'), options, async (inside, task, told) => {
    expect(task.inputs).toEqual({ token: 'tok-hidden' });
    told.onProgress(0.5, 'with tok-hidden');
    told.onDelta?.('a tok-hidden');
    inside.logger.warn({ err: new Error('refused tok-hidden'), n: 1n }, 'not tok-hidden');
    return { kind: 'failed', error: 'no tok-hidden', result: { at: ['tok-hidden'] }, isRetryable: true };
  });
  expect(verdict).toMatchObject({ error: 'no [secret]', result: { at: ['[secret]'] }, isRetryable: true });
  expect(said).toEqual([0.5, 'with [secret]', 'a [secret]']);
  expect(logged.join()).toMatch(/refused \[secret\].*not \[secret\]/);
  expect(logged.join()).not.toContain('tok-hidden');
});

it('what cannot be opened fails for good and is named; the executor is not called', async () => {
  const foreign = taskWith({ token: inputSecrets.seal('bob', 'tok-hidden') });
  const never = async (): Promise<Verdict> => {
    throw new Error('It was called');
  };
  const verdict = await runWithSecrets(deps, foreign, noProgress, never);
  expect(verdict).toMatchObject({ kind: 'failed', isRetryable: false });
  expect(verdict).toMatchObject({ error: expect.stringMatching(/^inputs\.token cannot be opened/) });
});

it('no answer from whoever opens them is left to the activity to try again', async () => {
  const away = depsWith(async () => {
    throw new AppError('unavailable', 'The API does not answer');
  });
  const never = async (): Promise<Verdict> => ({ kind: 'cancelled' });
  await expect(runWithSecrets(away, sealed('tok-hidden'), noProgress, never)).rejects.toThrow('not answer');
});

it('an executor that waits is asked with readable inputs, and its complaint repeats none', async () => {
  const of = { run_id: 'run', user_id: 'ann' };
  expect(await checkWithSecrets(deps, sealed('tok-hidden'), executor, of)).toEqual({
    value: { token: 'tok-hidden' },
  });
  const refused = await checkWithSecrets(deps, sealed('wrong-hidden'), executor, of);
  expect(refused).toMatchObject({ kind: 'failed', error: expect.stringContaining("'[secret]' is no token") });
  expect(JSON.stringify(refused)).not.toMatch(/wrong-hidden|sealed:/);
});
