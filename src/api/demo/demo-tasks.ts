/** Which executors a user has a demo tree for, and the set-up of those that are missing. */
import { AppError } from '../../core/errors.ts';
import type { AnyExecutor } from '../../core/executor.ts';
import { isoMicros } from '../../core/time.ts';
import type { ApiDeps } from '../api-deps.ts';
import { sealTasks } from '../secrets/seal-tasks.ts';
import { demoTree, demoTreeId } from './demo-tree.ts';

type DemoDeps = Pick<ApiDeps, 'store' | 'registry' | 'inputSecrets' | 'clock' | 'settings'>;

/** Executors of the user that have a demo tree, by id. */
export async function executorsWithDemo(deps: DemoDeps, userId: string): Promise<Set<string>> {
  const executors = deps.registry.all();
  const tasks = await deps.store.tasks.getMany(executors.map(({ id }) => demoTreeId(userId, id)));
  const own = new Set(tasks.filter((task) => task.user_id === userId).map(({ id }) => id));
  return new Set(executors.filter(({ id }) => own.has(demoTreeId(userId, id))).map(({ id }) => id));
}

/** Stores what is missing; the ids of all new tasks. Repeating it, also at the same time, makes nothing twice. */
export async function createDemoTasks(deps: DemoDeps, userId: string): Promise<string[]> {
  const existing = await executorsWithDemo(deps, userId);
  const missing = deps.registry.all().filter(({ id }) => !existing.has(id));
  const nowMs = deps.clock.now();
  const created = await Promise.all(
    missing.map((executor, index) => createOne(deps, userId, executor, isoMicros(nowMs + index / 1_000))),
  );
  return created.flat();
}

async function createOne(
  deps: DemoDeps,
  userId: string,
  executor: AnyExecutor,
  now: string,
): Promise<string[]> {
  const tree = demoTree(executor, { userId, now, requirements: requirementsOf(deps, executor) });
  try {
    await deps.store.tasks.create(sealTasks(deps, tree));
  } catch (error) {
    // Somebody else was quicker: the tree is there, and that is all that was asked for.
    if (AppError.is(error) && error.code === 'conflict') return [];
    throw error;
  }
  return tree.map(({ id }) => id);
}

/** What is missing for a real run on this server; every executor has a demo result anyway. */
function requirementsOf(deps: DemoDeps, executor: AnyExecutor): string | null {
  const { available, reason } = deps.registry.availability(executor);
  if (!available) return reason;
  if (executor.usesLlm !== true || deps.settings.hasServerLlm) return null;
  return 'Needs an LLM key: send X-LLM-API-KEY, or set OPENAI_API_KEY or ANTHROPIC_API_KEY on the server; until then run it with use_demo';
}
