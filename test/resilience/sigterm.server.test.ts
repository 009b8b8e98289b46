/** SIGTERM under load with a slow task in the middle: not ready first, everyone is answered, the run goes on later. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startSlowService } from '../support/slow-service.ts';
import {
  type Answer,
  callTree,
  endings,
  post,
  quickTree,
  readiness,
  serverProcess,
  testFolder,
  until,
} from './wire.ts';

const STOPPED_WITHIN_MS = 30_000;
const PROBE_EVERY_MS = 10;

it('SIGTERM: not ready first, requests in flight are answered, exit code 0, the run goes on afterwards', async () => {
  const service = await startSlowService();
  onTestFinished(() => service.stop());
  const server = await serverProcess(await testFolder());
  await server.start();
  const slow = post(server.url, 'tasks.execute', {
    tasks: callTree(`${service.url}/slow`),
    wait_seconds: 60,
  });
  await service.arrived('/slow');
  const statuses: number[] = [];
  const load = underLoad(server.url, () => statuses.includes(503));
  await until('the load is answered', 10_000, async () => load.answers.length > 10);

  const probes = probe(server.url, statuses);
  const stoppedMs = performance.now();
  const stopped = server.stop();
  const [code, answer] = [await stopped, await slow, await probes];
  const tookMs = performance.now() - stoppedMs;
  const { answers, broken } = await load.stop();

  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(STOPPED_WITHIN_MS);
  expect(statuses).toContain(503);
  expect(answer.body.result).toMatchObject({ success: true, tree_status: 'in_progress' });
  expect(broken).toEqual([]);
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);

  const [runId] = [answer.body.result.run_id];
  service.release('/slow');
  await server.start();
  const accepted = answers.flatMap(({ status, body }) => (status === 200 ? [body.result.run_id] : []));
  const counts = await endings(server.url, [runId, ...accepted], 20_000);
  console.log(`SIGTERM: ${answers.length} answered, stopped in ${Math.round(tookMs)} ms`, counts);
  expect(counts).toEqual({ completed: accepted.length + 1 });
  expect(await server.stop()).toBe(0);
});

/** Four clients, each with one tree at a time; as behind a load balancer, nothing is sent once it is not ready. */
function underLoad(url: string, isOver: () => boolean) {
  const answers: Answer[] = [];
  const broken: string[] = [];
  const client = async () => {
    while (!isOver()) {
      try {
        answers.push(await post(url, 'tasks.execute', { tasks: quickTree() }));
      } catch (error) {
        broken.push(reasonOf(error));
        return;
      }
    }
  };
  const clients = Array.from({ length: 4 }, client);
  return {
    answers,
    stop: async () => {
      await Promise.all(clients);
      return { answers, broken };
    },
  };
}

/** Notes what /ready says until nobody listens any more. */
async function probe(url: string, statuses: number[]): Promise<void> {
  for (;;) {
    try {
      statuses.push(await readiness(url));
    } catch {
      // The port is closed: nothing more to be seen.
      return;
    }
    await delay(PROBE_EVERY_MS);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(error);
}
