import { expect, test } from 'vitest';
import command from '../../executors/command-executor.ts';
import type { ExecutorSettings } from '../../src/core/executor.ts';
import { makeContext, testSettings } from './make-context.ts';

function run(line: string, whitelist: readonly string[], signal = new AbortController().signal) {
  const settings: ExecutorSettings = {
    ...testSettings,
    allowedExecutors: new Set([command.id]),
    commandWhitelist: whitelist,
  };
  return command.run(makeContext(command, { command: line }, { settings, signal }) as never);
}

test.each([
  ['no program is named', 'echo hi', []],
  ['another is named', 'ls', ['echo']],
  ['a path is named', '/bin/echo hi', ['/bin/echo', 'echo']],
])('refuses when %s, and says which setting decides', async (_, line, whitelist) => {
  await expect(run(line, whitelist)).rejects.toMatchObject({
    code: 'executor_unavailable',
    retryable: false,
    message: expect.stringContaining('TASKGROVE_COMMAND_WHITELIST'),
  });
});

test('an abort ends a program that would run for long', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  const started = Date.now();
  await expect(run('sleep 30', ['sleep'], abort.signal)).rejects.toMatchObject({ code: 'task_cancelled' });
  expect(Date.now() - started).toBeLessThan(1_500);
});
