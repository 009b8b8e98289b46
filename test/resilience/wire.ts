/** What the tests of this folder share: calls that show status and time, small trees, waiting for a condition. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';
import { freePort, ServerProcess } from '../support/server-process.ts';

const ENDED = new Set(['completed', 'failed', 'cancelled']);

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as clients do, field by field
  readonly body: any;
}

/** One JSON-RPC call on a connection of its own. Throws only when no HTTP answer came. */
export async function post(url: string, method: string, params: unknown): Promise<Answer> {
  const startedMs = performance.now();
  const response = await fetch(`${url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const body = (await response.json()) as Answer['body'];
  const ms = performance.now() - startedMs;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ms, body };
}

/** A root that gathers one quick task: two rows, one run. */
export function quickTree(padding = ''): object[] {
  const id = randomUUID();
  return [
    { id, name: 'root', schemas: { method: 'aggregate_results_executor' }, dependencies: [`${id}-cpu`] },
    {
      id: `${id}-cpu`,
      name: 'cpu',
      parent_id: id,
      schemas: { method: 'system_info_executor' },
      inputs: { resource: 'cpu' },
      params: { padding },
    },
  ];
}

/** A root that gathers one call of `url`. */
export function callTree(url: string): object[] {
  const id = randomUUID();
  return [
    { id, name: 'root', schemas: { method: 'aggregate_results_executor' }, dependencies: [`${id}-call`] },
    {
      id: `${id}-call`,
      name: 'call',
      parent_id: id,
      schemas: { method: 'rest_executor' },
      inputs: { url, method: 'GET' },
    },
  ];
}

/** Asks every 100 ms; throws with `what` when it stayed false. Errors of `isTrue` count as false. */
export async function until(what: string, ms: number, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await isTrue().catch(() => false)) return;
    if (performance.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`);
    await delay(100);
  }
}

/** Resolves with how many ended in each status; throws with those that did not end in time. */
export async function endings(
  url: string,
  runIds: readonly string[],
  ms: number,
): Promise<Record<string, number>> {
  const statuses = new Map<string, string>();
  await until(`the end of ${runIds.length} runs`, ms, async () => {
    for (const runId of runIds) {
      if (ENDED.has(statuses.get(runId) ?? '')) continue;
      const { body } = await post(url, 'runs.get', { run_id: runId });
      statuses.set(runId, String(body.result?.status ?? 'unknown'));
    }
    return [...statuses.values()].every((status) => ENDED.has(status));
  });
  const counts: Record<string, number> = {};
  for (const status of statuses.values()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export async function readiness(url: string): Promise<number> {
  const response = await fetch(`${url}/ready`, { headers: { connection: 'close' } });
  await response.arrayBuffer();
  return response.status;
}

/** A folder that is gone after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-resilience-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server process that is killed after the test, on the shared Temporal server in a namespace of its own. */
export async function serverProcess(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const server = new ServerProcess({
    dataDir,
    port: await freePort(),
    env: {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: `resilience-${randomUUID().slice(0, 8)}`,
      RECONCILE_INTERVAL_MS: '1000',
      SHUTDOWN_GRACE_MS: '2000',
      ...env,
    },
  });
  onTestFinished(() => server.kill());
  return server;
}

/** What a start that must be refused said, with its exit code in front. */
export async function refusedStart(server: ServerProcess): Promise<string> {
  try {
    await server.start();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('The start was not refused');
}
