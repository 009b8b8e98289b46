/** The first thing a newcomer sees run: a small tree of several executors, posted like anybody's. */

import { createClient } from '../client/client.ts';
import type { JsonObject } from '../core/json.ts';

/** Facts about this machine, gathered side by side, judged by an expression, collected by the root. */
export const WELCOME_TASKS: readonly JsonObject[] = [
  {
    id: 'welcome',
    name: 'Welcome',
    schemas: { method: 'aggregate_results_executor' },
    dependencies: ['welcome-cpu', 'welcome-memory', 'welcome-disk', 'welcome-summary'],
  },
  facts('cpu'),
  facts('memory'),
  facts('disk'),
  {
    id: 'welcome-summary',
    name: 'Summary',
    parent_id: 'welcome',
    schemas: { method: 'transform_executor' },
    dependencies: ['welcome-cpu', 'welcome-memory'],
    inputs: {
      expression:
        '`welcome-cpu`.(system & " with " & cores & " processors (" & brand & ")") & " and " & `welcome-memory`.total & " of memory"',
    },
  },
];

function facts(resource: string): JsonObject {
  const id = `welcome-${resource}`;
  return {
    id,
    name: resource,
    parent_id: 'welcome',
    schemas: { method: 'system_info_executor' },
    inputs: { resource },
  };
}

export interface WelcomeResult {
  readonly rootTaskId: string;
  readonly status: string;
  readonly seconds: number;
  readonly result: unknown;
}

/** Runs the welcome tree over HTTP. Throws when the server refuses it. */
export async function runWelcomeTree(url: string, apiKey: string | null): Promise<WelcomeResult> {
  const client = createClient({ url, headers: apiKey === null ? {} : { 'x-api-key': apiKey } });
  const startedMs = performance.now();
  const answer = await client.call('tasks.execute', { tasks: WELCOME_TASKS as JsonObject[] });
  const { root_task_id: rootTaskId, tree_status: status, result } = answer as Record<string, unknown>;
  const seconds = (performance.now() - startedMs) / 1_000;
  return { rootTaskId: String(rootTaskId), status: String(status), seconds, result: result ?? null };
}
