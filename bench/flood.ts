/**
 * `node bench/flood.ts [trees]`: one user floods with trees (default 5,000), another sends ten while they are under way.
 * With the limits raised, what does the second one wait? Prints both users' times.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { freePort, ServerProcess } from '../test/support/server-process.ts';
import { median } from './measure.ts';

const TREES = Number(process.argv[2] ?? 5_000);
const OTHERS = 10;
const SENT_AT_ONCE = 200;
const MANY = '1000000000';

const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-flood-'));
const server = new ServerProcess({
  dataDir,
  port: await freePort(),
  env: {
    LOG_LEVEL: 'warn',
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_DAILY_PER_USER: MANY,
    RATE_LIMIT_DAILY_PER_IP: MANY,
    MAX_CONCURRENT_TASK_TREES: MANY,
    MAX_CONCURRENT_TASK_TREES_PER_USER: MANY,
  },
});
await server.start();
const pool = new Pool(server.url, { connections: SENT_AT_ONCE + OTHERS, headersTimeout: 0, bodyTimeout: 0 });
try {
  await flood();
} finally {
  await pool.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** Guests are told apart by their headers. Resolves with the milliseconds until the tree had ended. */
async function runTree(user: string, waitSeconds: number): Promise<number> {
  const startedMs = performance.now();
  const tasks = [{ name: 'one', schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } }];
  const params = { tasks, wait_seconds: waitSeconds };
  const { body } = await pool.request({
    path: '/tasks',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': user },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks.execute', params }),
  });
  const answer = (await body.json()) as { result?: { tree_status?: string }; error?: unknown };
  const isGood = waitSeconds === 0 || answer.result?.tree_status === 'completed';
  if (answer.error !== undefined || !isGood) throw new Error(JSON.stringify(answer));
  return performance.now() - startedMs;
}

async function flood(): Promise<void> {
  await runTree('warm-up', 25);
  const startedMs = performance.now();
  let sent = 0;
  const sending = Promise.all(
    Array.from({ length: SENT_AT_ONCE }, async () => {
      while (sent < TREES) {
        sent++;
        await runTree('flooding', 0);
      }
    }),
  );
  while (sent < TREES / 2) await new Promise((resolve) => setTimeout(resolve, 20));
  const waits = await Promise.all(Array.from({ length: OTHERS }, () => runTree('other', 300)));
  await sending;
  const acceptedMs = performance.now() - startedMs;
  waits.sort((left, right) => left - right);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  console.log(`${TREES} trees of one user accepted in ${seconds(acceptedMs)}`);
  console.log(
    `${OTHERS} trees of another meanwhile: median ${seconds(median(waits))}, slowest ${seconds(waits.at(-1) ?? 0)}`,
  );
}
