/**
 * Promise: whatever was accepted ends once, however often the whole process is killed. 20 trees of 8 tasks in flight,
 * SIGKILL at a random instant, restart; effects are counted by key in a service outside.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from '../support/server-process.ts';
import type { EffectService } from './effect-service.ts';

const TREES = 20;
const END_WITHIN_MS = 90_000;
const TERMINAL = new Set(['completed', 'failed', 'cancelled', 'skipped']);

export interface CycleResult {
  readonly accepted: number;
  readonly recoveryMs: number;
  readonly violations: string[];
}

export async function killCycle(server: ServerProcess, service: EffectService): Promise<CycleResult> {
  const prefix = `chaos-${randomUUID().slice(0, 8)}`;
  const accepted: string[] = [];
  const posts = Array.from({ length: TREES }, async (_, number) => {
    await delay(Math.random() * 600);
    const rootId = `${prefix}-${number}`;
    // A post that the kill cut off was never accepted: nothing is promised about it.
    await server.rpc('tasks.execute', { tasks: tree(rootId, service.url), wait_seconds: 0 }).then(
      () => accepted.push(rootId),
      () => undefined,
    );
  });
  await delay(200 + Math.random() * 1_800);
  await server.kill();
  await Promise.all(posts);
  const restartedMs = performance.now();
  await server.start();
  const violations = await waitForEnds(server, accepted);
  violations.push(...checkEffects(accepted, service));
  return { accepted: accepted.length, recoveryMs: performance.now() - restartedMs, violations };
}

/** Eight tasks: four effects in two steps, three quick ones, the root. */
function tree(rootId: string, effectUrl: string): object[] {
  const effect = (name: string, dependencies: string[]) => ({
    id: `${rootId}-${name}`,
    name,
    parent_id: rootId,
    schemas: { method: 'rest_executor' },
    inputs: { url: effectUrl, method: 'POST', json: { name } },
    dependencies: dependencies.map((other) => `${rootId}-${other}`),
  });
  const quick = (name: string, dependencies: string[]) => ({
    id: `${rootId}-${name}`,
    name,
    parent_id: rootId,
    schemas: { method: 'system_info_executor' },
    inputs: { resource: 'cpu' },
    dependencies: dependencies.map((other) => `${rootId}-${other}`),
  });
  return [
    {
      id: rootId,
      name: 'root',
      schemas: { method: 'aggregate_results_executor' },
      dependencies: [`${rootId}-d`, `${rootId}-q3`],
    },
    effect('a', []),
    effect('b', ['a']),
    effect('c', ['q1']),
    effect('d', ['b', 'c']),
    quick('q1', []),
    quick('q2', ['a']),
    quick('q3', ['q2']),
  ];
}

async function waitForEnds(server: ServerProcess, rootIds: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + END_WITHIN_MS;
  let open = [...rootIds];
  let last: string[] = [];
  while (open.length > 0 && performance.now() < deadline) {
    last = [];
    const still: string[] = [];
    for (const rootId of open) {
      const problems = problemsOf(rootId, await server.rpc('tasks.tree', { task_id: rootId }));
      if (problems.length > 0) still.push(rootId);
      last.push(...problems);
    }
    open = still;
    if (open.length > 0) await delay(200);
  }
  return last;
}

interface TreeView {
  readonly task: { readonly id: string; readonly status: string };
  readonly children: readonly TreeView[];
}

function problemsOf(rootId: string, view: unknown): string[] {
  if (view === null) return [`${rootId} was accepted and is unknown`];
  const statuses: string[] = [];
  const visit = (node: TreeView) => {
    statuses.push(`${node.task.id}=${node.task.status}`);
    node.children.forEach(visit);
  };
  visit(view as TreeView);
  const isEnded = statuses.every((entry) => TERMINAL.has(entry.split('=')[1] ?? ''));
  const isCompleted = statuses.every((entry) => entry.endsWith('=completed'));
  if (isEnded && isCompleted) return [];
  return [`${rootId} ${isEnded ? 'ended wrongly' : 'has not ended'}: ${statuses.join(' ')}`];
}

/** Four effects a tree, each under a key of its own. */
function checkEffects(rootIds: readonly string[], service: EffectService): string[] {
  return rootIds.flatMap((rootId) => {
    const keys = [...service.calls.keys()].filter((key) => key.includes(`:${rootId}-`));
    return keys.length === 4
      ? []
      : [`${rootId} has ${keys.length} effect keys instead of 4: ${keys.join(' ')}`];
  });
}
