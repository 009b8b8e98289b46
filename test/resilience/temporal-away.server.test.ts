/**
 * Promise: while Temporal is silent or dead the API answers in time and says so; what was accepted runs when it is back.
 * The server here belongs to the test and dies for some seconds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { cliCandidates } from '../../src/temporal/dev-server/cli-candidates.ts';
import { serverArguments } from '../../src/temporal/dev-server/server-flags.ts';
import { freePort } from '../support/server-process.ts';
import {
  type Answer,
  endings,
  post,
  quickTree,
  readiness,
  serverProcess,
  testFolder,
  until,
} from './wire.ts';

const WAIT_SECONDS = 2;
/** The wait that was asked for, and what ten calls at once cost on a busy machine. */
const ANSWER_WITHIN_MS = WAIT_SECONDS * 1_000 + 1_500;
const AWAY_MS = 4_000;

it('Temporal silent, then killed: answers in time, 503 or in_progress, nothing accepted is lost', async () => {
  const temporal = await ownTemporal();
  const server = await serverProcess(await testFolder(), { TEMPORAL_ADDRESS: temporal.address });
  await server.start();
  const answers: Answer[] = [];
  const execute = async () => {
    answers.push(await post(server.url, 'tasks.execute', { tasks: quickTree(), wait_seconds: WAIT_SECONDS }));
  };
  await Promise.all(Array.from({ length: 5 }, execute));

  const whileAway = async () => {
    const posts = Array.from({ length: 10 }, execute);
    await until(
      '/ready says that Temporal is away',
      8_000,
      async () => (await readiness(server.url)) === 503,
    );
    await Promise.all([...posts, delay(AWAY_MS)]);
  };
  temporal.signal('SIGSTOP');
  await whileAway();
  temporal.signal('SIGCONT');
  await until('ready again', 15_000, async () => (await readiness(server.url)) === 200);
  await temporal.kill();
  await whileAway();
  await temporal.start();
  await until('ready again', 20_000, async () => (await readiness(server.url)) === 200);

  const late = answers.map(({ ms }) => ms).filter((ms) => ms > ANSWER_WITHIN_MS);
  const accepted = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(late).toEqual([]);
  expect(refused.every(({ status, retryAfter }) => status === 503 && Number(retryAfter) > 0)).toBe(true);
  const counts = await endings(
    server.url,
    accepted.map(({ body }) => body.result.run_id),
    30_000,
  );
  const slowest = Math.round(Math.max(...answers.map(({ ms }) => ms)));
  console.log(
    `Temporal away: ${accepted.length} accepted, ${refused.length} × 503, slowest ${slowest} ms`,
    counts,
  );
  expect(counts).toEqual({ completed: accepted.length });
  expect(accepted.length).toBeGreaterThanOrEqual(5);
});

interface OwnTemporal {
  readonly address: string;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
  /** Again on the same port and database. */
  start(): Promise<void>;
}

/** Nobody watches over this one: it stays dead until the test starts it. */
async function ownTemporal(): Promise<OwnTemporal> {
  const folder = await testFolder();
  const config = loadConfig();
  const found = await cliCandidates(
    {
      cliPath: config.temporalCliPath,
      cacheDir: config.cacheDir,
      environment: config.childEnvironment,
      onProgress: () => undefined,
    },
    [],
  ).next();
  if (found.done === true) throw new Error('No Temporal program found');
  const [port, uiPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const flags = { port, uiPort, dbPath: join(folder, 'temporal.db'), namespace: 'taskgrove' };
  let child: ChildProcess;
  const temporal: OwnTemporal = {
    address,
    signal: (name) => void child.kill(name),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    start: async () => {
      child = spawn(found.value, serverArguments(flags), {
        stdio: 'ignore',
        env: { ...config.childEnvironment },
      });
      await until('Temporal answers', 30_000, async () => {
        const connection = await Connection.connect({ address, connectTimeout: 1_000 });
        await connection.close();
        return true;
      });
    },
  };
  await temporal.start();
  onTestFinished(() => temporal.kill());
  return temporal;
}
