/** kill -9 in the middle of a model's answer: the words come again, and clients are told to drop the first ones. */
import { expect, it, onTestFinished } from 'vitest';
import { SseParser } from '../../src/core/sse-parser.ts';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { post, serverProcess, testFolder, until } from './wire.ts';

it('announces the retry before new words come, and asks with the same idempotency key', async () => {
  const fake = await startFakeProvider({ wordMs: 50 });
  onTestFinished(() => fake.stop());
  const server = await serverProcess(await testFolder(), { OPENAI_BASE_URL: fake.baseUrl });
  await server.start();
  fake.next('hang-mid', 'slow');
  const inputs = { prompt: 'these words are the whole answer', model: 'any' };
  const tasks = [{ id: 'killed', name: 'killed', schemas: { method: 'llm_executor' }, inputs }];
  const { body } = await post(server.url, 'tasks.execute', { tasks, wait_seconds: 0 });
  const { run_id } = body.result;
  await fake.arrived(1);
  await until('the start is stored', 10_000, async () => {
    const stored = await post(server.url, 'runs.events', { run_id });
    return JSON.stringify(stored.body.result).includes('task-started');
  });
  await server.kill();
  await server.start();

  const response = await fetch(`${server.url}/runs/${run_id}/events`);
  const events = new SseParser().push(await response.text()).map(({ data }) => JSON.parse(data));
  const own = events.filter(({ task_id }) => task_id === 'killed').map(({ type }) => type);
  expect(own.filter((type) => type === 'task_retry')).toHaveLength(1);
  const retried = own.indexOf('task_retry');
  expect(own.indexOf('task_start')).toBeLessThan(retried);
  const deltas = events.filter(({ type }) => type === 'task_delta');
  expect(deltas.every(({ attempt }) => attempt === 2)).toBe(true);
  if (deltas.length > 0) expect(own.indexOf('task_delta')).toBeGreaterThan(retried);
  expect(own.at(-1)).toBe('stream_end');
  const task = await post(server.url, 'tasks.get', { task_id: 'killed' });
  expect(task.body.result.result.content).toBe('You said: these words are the whole answer');
  const [first, second] = fake.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(second).toBe(first);
  await server.stop();
});
