/** What the page on models shows of the client runs as it stands there, with a model that corrects itself once. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { badAnswers, goodAnswer } from '../api/support/model-answers.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let server: TestServer;
let fake: FakeProvider;
let folder: string;

beforeAll(async () => {
  fake = await startFakeProvider();
  server = await startTestServer({ env: { OPENAI_BASE_URL: fake.baseUrl } });
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-models-'));
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
  await rm(folder, { recursive: true, force: true });
});

const badThenGood = () =>
  fake.next(
    () => badAnswers['wrong inputs']?.write(0) ?? '',
    () => goodAnswer(2),
  );

it('shows a generated tree as it grows', async () => {
  const page = await readFile(join(ROOT, 'docs', 'models.md'), 'utf8');
  const [, shown = ''] = /```ts\n([\s\S]*?createClient[\s\S]*?)```/.exec(page) ?? [];
  const program = shown
    .replace("'taskgrove/client'", JSON.stringify(join(ROOT, 'src', 'client', 'client.ts')))
    .replace('http://127.0.0.1:8000', server.url)
    .replace('sk-…', 'sk-of-the-test');
  const file = join(folder, 'shown.mts');
  await writeFile(file, program);
  badThenGood();
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  const lines = stdout.trim().split('\n');
  expect(lines).toContain('plan_repair []');
  expect(stdout).toMatch(/plan_task \[ 'result', 'step 1', 'step 2' \]/);
  expect(lines.at(-1)).toBe('planned 4 tasks');
  expect(fake.calls.every(({ key }) => key === 'sk-of-the-test')).toBe(true);
});

it('the loop that is left stops the model', async () => {
  const client = createClient({ url: server.url, headers: { 'x-llm-api-key': 'openai:sk-of-the-test' } });
  fake.next('hang-mid');
  for await (const event of client.tasks.generate(
    { requirement: 'Look at the machine and gather what was found' },
    { stream: true },
  )) {
    expect(event.type).toBe('plan_start');
    break;
  }
  await fake.abandoned();
});
