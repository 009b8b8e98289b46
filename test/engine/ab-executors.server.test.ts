/** A/B predictions on a whole server, and the executors that look at them from a tree. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    env: { APP_WORKERS: '1', GIT_COMMIT: 'abc123', BUILD_DATE: '2026-11-28' },
  });
});
afterAll(() => server?.stop());

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function post(path: string, body: object): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

test('a tree assigns a user as /predict_ab does, and reads what feedback says', async () => {
  const { interaction_id, group, picked_policy } = await post('/predict_ab', {
    user_id: 'bob',
    prompt: 'hi',
    deterministic: true,
  });
  await post('/feedback', { interaction_id, score: 5 });
  const run = async (method: string, inputs: object) =>
    (await server.call('tasks.execute', { tasks: [{ name: method, schemas: { method }, inputs }] })).result;
  expect(await run('ab_assign_executor', { user_id: 'bob', deterministic: true })).toEqual({
    group,
    picked_policy,
    policy_weights: { serious: 0.5, playful: 0.5 },
  });
  expect(await run('ab_leaderboard_executor', { days: 1 })).toMatchObject({
    days: 1,
    results: [{ group: 'B', persona: 'serious', n_feedback: 1, avg_score: 5, pos: 1 }],
  });
});

test('the server says what it was built from and where it listens', async () => {
  const meta = (await (await fetch(`${server.url}/__meta`)).json()) as Record<string, unknown>;
  expect(meta).toMatchObject({
    service: 'persona-lab',
    git: { commit: 'abc123', sha: 'abc123', branch: 'unknown' },
    build: { time: '2026-11-28' },
  });
  const version = (await (await fetch(`${server.url}/version`)).json()) as { port: number };
  expect(version.port).toBe(Number(new URL(server.url).port));
});
