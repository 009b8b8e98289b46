/** PostgreSQL restarted under load, and roles split over processes that share it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { freePort } from '../support/server-process.ts';
import { type Answer, endings, post, quickTree, serverProcess, testFolder, until } from './wire.ts';

const TREES = 100;
const EVERY_MS = 100;
const SECRET = 'a secret of the tests, long enough';

it('a restart of PostgreSQL under load: 200 or 503, every accepted run ends', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const server = await serverProcess(await testFolder(), {
    DATABASE_URL: postgres.url,
    TASKGROVE_SECRET: SECRET,
  });
  await server.start();
  const posts: Promise<Answer>[] = [];
  let restart: Promise<void> | undefined;
  for (let number = 0; number < TREES; number++) {
    if (number === TREES / 2) restart = postgres.restart();
    posts.push(post(server.url, 'tasks.execute', { tasks: quickTree(), wait_seconds: 2 }));
    await delay(EVERY_MS);
  }
  await restart;
  const answers = await Promise.all(posts);
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(({ status, body }) => ({ status, error: body.error.data }))).toSatisfy(
    (seen: { status: number }[]) => seen.every(({ status }) => status === 503),
  );
  expect(refused.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true);
  const accepted = answers.flatMap(({ status, body }) => (status === 200 ? [body.result.run_id] : []));
  const ended = await endings(server.url, accepted, 20_000);
  const again = await post(server.url, 'tasks.execute', { tasks: quickTree() });
  console.log('PostgreSQL restarted:', Object.fromEntries(counts), 'ends:', ended);
  expect(ended).toEqual({ completed: accepted.length });
  expect(again.body.result.tree_status).toBe('completed');
  expect(await server.stop()).toBe(0);
});

it('split roles: the API accepts and streams, the worker runs, each on its own', async () => {
  const metricsPort = await freePort();
  const env = {
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
    TEMPORAL_NAMESPACE: `split-${randomUUID().slice(0, 8)}`,
    TASKGROVE_SECRET: SECRET,
  };
  const api = await serverProcess(await testFolder(), { ...env, ROLE: 'api' });
  const worker = await serverProcess(await testFolder(), {
    ...env,
    ROLE: 'worker',
    METRICS_PORT: String(metricsPort),
  });
  await Promise.all([api.start(), worker.start()]);
  const answer = await post(api.url, 'tasks.execute', { tasks: quickTree() });
  expect(answer.body.result).toMatchObject({ success: true, tree_status: 'completed' });

  const streamed = await fetch(`${api.url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tasks.execute',
      params: { tasks: quickTree(), use_streaming: true },
    }),
  });
  const events = await streamed.text();
  expect(streamed.headers.get('content-type')).toContain('text/event-stream');
  for (const type of ['task_start', 'task_completed', 'final', 'stream_end']) expect(events).toContain(type);

  await until('the worker serves its metrics', 5_000, async () => {
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    return metrics.ok && (await metrics.text()).includes('# TYPE');
  });
  expect(await worker.stop()).toBe(0);
  const waiting = await post(api.url, 'tasks.execute', { tasks: quickTree(), wait_seconds: 1 });
  expect(waiting.body.result).toMatchObject({ success: true, tree_status: 'in_progress' });
  await worker.start();
  expect(await endings(api.url, [waiting.body.result.run_id], 15_000)).toEqual({ completed: 1 });
  expect([await api.stop(), await worker.stop()]).toEqual([0, 0]);
});
