/** Three servers on one PostgreSQL: caps are exact, nothing that was answered is lost, one summary for all. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createDatabase, startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { freePort, ServerProcess } from '../../support/server-process.ts';

const CAP = 50;
let own: TestPostgres | null = null;
let servers: ServerProcess[];
let folders: string[];

beforeAll(async () => {
  const shared = (inject as (key: string) => unknown)('postgresUrl');
  own = typeof shared === 'string' ? null : await startPostgres();
  const databaseUrl = await createDatabase(own?.url ?? String(shared));
  folders = await Promise.all(Array.from({ length: 3 }, () => mkdtemp(join(tmpdir(), 'taskgrove-replica-'))));
  servers = await Promise.all(
    folders.map(
      async (dataDir) =>
        new ServerProcess({
          dataDir,
          port: await freePort(),
          env: {
            DATABASE_URL: databaseUrl,
            TASKGROVE_SECRET: 'a secret of the tests, long enough',
            TEMPORAL_ADDRESS: inject('temporalAddress'),
            TEMPORAL_NAMESPACE: 'lab-replicas',
            ROLE: 'api',
            MONETIZATION_ENABLED: '1',
            FREE_TIER_DAILY_REQUESTS: String(CAP),
            ALLOW_HEADER_PLANS: '1',
            LLM_MOCK_MIN_MS: '0',
            LLM_MOCK_MAX_MS: '0',
            LLM_MOCK_TRANSIENT_SHARE: '0',
            LLM_MOCK_HARD_SHARE: '0',
          },
        }),
    ),
  );
  // One after the other: three starts at once are more than a busy machine can do in time.
  for (const server of servers) await server.start();
}, 180_000);

afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.kill()));
  for (const folder of folders ?? []) await rm(folder, { recursive: true, force: true });
  await own?.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any;
}

async function ask(
  index: number,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${servers[index % servers.length]?.url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const predict = (index: number, client: string, more: Record<string, string> = {}) =>
  ask(index, '/predict_ab', { user_id: `user-${index}`, prompt: 'hi' }, { 'x-client-id': client, ...more });

test('of 200 calls at once the cap is let through, and only they count', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => predict(index, 'crowd')));
  const allowed = answers.filter(({ status }) => status === 200);
  expect(allowed).toHaveLength(CAP);
  const remaining = allowed.map(({ headers }) => Number(headers.get('x-quota-remaining')));
  expect(remaining.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: CAP }, (_, left) => left),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(200 - CAP);
  expect(refused[0]?.body).toMatchObject({
    code: 'MONETIZATION_CAP_EXCEEDED',
    plan: 'FREE',
    usage_today: CAP,
    daily_cap: CAP,
  });
  for (const index of [0, 1, 2]) {
    const status = await ask(index, '/monetization/status', undefined, { 'x-client-id': 'crowd' });
    expect(status.body).toMatchObject({ usage_today: CAP, remaining_today: 0 });
    expect((await ask(index, '/ab/summary')).body.grand_total).toBe(CAP);
  }
  // Another plan of the same client has its own cap and the same count.
  const premium = await predict(1, 'crowd', { 'x-client-plan': 'premium' });
  expect(premium.headers.get('x-quota-remaining')).toBe(String(10_000_000 - CAP - 1));
  await expect
    .poll(async () => (await ask(2, '/monetization/metrics')).body.plans)
    .toEqual({ FREE: 200, PREMIUM: 1 });
});

test('what one server has answered, another repeats for the same key, and refuses for another prompt', async () => {
  const headers = { 'idempotency-key': 'once', 'x-client-id': 'c' };
  const first = await ask(0, '/safety/generate_v2', { prompt: 'hello' }, headers);
  expect(first.body.meta.source).toBe('primary');
  const again = await ask(1, '/safety/generate_v2', { prompt: 'hello' }, headers);
  expect(again.body).toEqual({
    text: first.body.text,
    meta: { source: 'cache_hit', cached: first.body.meta },
  });
  expect((await ask(2, '/safety/generate_v2', { prompt: 'other' }, headers)).status).toBe(409);
  const stranger = { ...headers, 'x-client-id': 'd' };
  expect((await ask(2, '/safety/generate_v2', { prompt: 'hello' }, stranger)).body.meta.source).toBe(
    'primary',
  );
});

test('a server that is killed loses nothing it has answered', async () => {
  await ask(0, '/ab/reset', {});
  const answered: string[] = [];
  const stop = { isOver: false };
  const load = Array.from({ length: 24 }, async (_, index) => {
    while (!stop.isOver) {
      try {
        const { status, body } = await predict(index, `client-${index}-${answered.length}`);
        if (status === 200) answered.push(body.interaction_id);
      } catch {
        // The killed server refuses connections; its callers go on with nothing.
        if (index % 3 === 2) return;
      }
    }
  });
  await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(300);
  await servers[2]?.kill();
  stop.isOver = true;
  await Promise.all(load);
  const known = await Promise.all(
    answered.map((interaction_id, index) => ask(index % 2, '/feedback', { interaction_id, score: 5 })),
  );
  expect(known.filter(({ status }) => status !== 200)).toEqual([]);
  await servers[2]?.start();
  const { body } = await ask(2, '/ab/summary');
  // What was written and not answered may come on top.
  expect(body.grand_total).toBeGreaterThanOrEqual(answered.length);
  expect(body.grand_total).toBeLessThanOrEqual(answered.length + 24);
  const board = await ask(2, '/leaderboard');
  const rated = board.body.results.reduce(
    (sum: number, row: { n_feedback: number }) => sum + row.n_feedback,
    0,
  );
  expect(rated).toBe(answered.length);
}, 120_000);
