/** The first thing a newcomer sees run: a small tree of several executors, posted like anybody's. */

import { createClient } from '../client/client.ts';
import type { JsonObject } from '../core/json.ts';

/** Facts about this machine, gathered side by side, judged by an expression, collected by the root. */
export const WELCOME_TASKS: readonly JsonObject[] = [
  {
    name: 'welcome',
    schemas: { method: 'aggregate_results_executor' },
    dependencies: ['cpu', 'memory', 'disk', 'summary'],
  },
  {
    name: 'cpu',
    parent_id: 'welcome',
    schemas: { method: 'system_info_executor' },
    inputs: { resource: 'cpu' },
  },
  {
    name: 'memory',
    parent_id: 'welcome',
    schemas: { method: 'system_info_executor' },
    inputs: { resource: 'memory' },
  },
  {
    name: 'disk',
    parent_id: 'welcome',
    schemas: { method: 'system_info_executor' },
    inputs: { resource: 'disk' },
  },
  {
    name: 'summary',
    parent_id: 'welcome',
    schemas: { method: 'transform_executor' },
    dependencies: ['cpu', 'memory'],
    inputs: {
      expression:
        '"This machine runs " & **.system[0] & " on " & **.brand[0] & " with " & **.total[0] & " of memory."',
    },
  },
];

export interface WelcomeResult {
  readonly rootTaskId: string;
  readonly status: string;
  readonly seconds: number;
  readonly result: unknown;
}

/** Runs the welcome tree over HTTP. Throws when the server refuses it. */
export async function runWelcomeTree(url: string): Promise<WelcomeResult> {
  const client = createClient({ url });
  const startedMs = performance.now();
  const answer = await client.call('tasks.execute', { tasks: WELCOME_TASKS as JsonObject[] });
  const { root_task_id: rootTaskId, tree_status: status, result } = answer as Record<string, unknown>;
  const seconds = (performance.now() - startedMs) / 1_000;
  return { rootTaskId: String(rootTaskId), status: String(status), seconds, result: result ?? null };
}
