/** Whose LLM keys a run uses: the request's, the user's stored ones, or the server's; and what is stored of that. */
import type { JsonObject } from '../../core/json.ts';
import type { LlmKey } from '../../core/llm/llm-key.ts';
import { isPremiumWork, type ModelTask } from '../../core/llm/run-keys.ts';
import { type Plan, STATE } from '../../core/plan.ts';
import type { PlannedWork } from '../../core/quota/llm-tree.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { Charged } from '../../ports/ledger.ts';
import type { SecretRow } from '../../ports/secret-store.ts';
import type { Call } from '../method.ts';

export interface KeysOfRun {
  /** For the run's options; null = the server's key alone. */
  readonly options: JsonObject | null;
  /** Rows for the accept transaction. */
  readonly secrets: readonly SecretRow[];
  readonly isPremium: boolean;
}

const NONE: KeysOfRun = { options: null, secrets: [], isPremium: false };

/** A run that asks no model, or only for canned results, has no use for a key: none is kept. */
export async function keysOf(
  call: Call,
  request: {
    readonly tree: readonly TaskRecord[];
    readonly useDemo: boolean;
    readonly llmKey?: LlmKey | null;
  },
  run: { readonly runId: string; readonly userId: string; readonly plan: Plan },
): Promise<KeysOfRun> {
  const { registry, llmKeys } = call.deps;
  if (request.useDemo) return NONE;
  const tasks = pendingWork(request.tree, run.plan)
    .map((work) => modelTask(work, (id) => registry.find(id)?.usesLlm === true))
    .filter((task) => task !== null);
  if (tasks.length === 0) return NONE;
  const key = request.llmKey ?? null;
  const stored = await llmKeys.providersOf(run.userId);
  if (key === null && stored.length === 0) return NONE;
  const isPremium = isPremiumWork(tasks, { header: key?.provider ?? null, stored });
  return {
    options: { hasOwn: key !== null, isPremium },
    secrets: key === null ? [] : [llmKeys.sealForRun(run, key)],
    isPremium,
  };
}

/** Whoever pays the models counts as premium, for this run. */
export function withKeys(charged: Charged, { isPremium }: { readonly isPremium: boolean }): Charged {
  return isPremium && charged.plan === 'free' ? { ...charged, plan: 'premium' } : charged;
}

interface PendingWork extends PlannedWork {
  readonly inputs: JsonObject | null;
  readonly params: JsonObject | null;
}

/** What will run: finished results that are kept ask nobody. */
export function pendingWork(tree: readonly TaskRecord[], plan: Plan): PendingWork[] {
  const byId = new Map(tree.map((task) => [task.id, task]));
  return plan.tasks
    .filter((_, index) => plan.state[index] === STATE.pending)
    .map(({ id, executor }) => {
      const task = byId.get(id);
      return { executor, inputs: task?.inputs ?? null, params: task?.params ?? null };
    });
}

/** The task itself, or the one it calls (map); null when no model is asked. */
function modelTask(work: PendingWork, usesLlm: (id: string) => boolean): ModelTask | null {
  if (usesLlm(work.executor)) return work;
  const inner = work.inputs?.['executor'];
  if (typeof inner !== 'string' || !usesLlm(inner)) return null;
  return {
    inputs: (work.inputs?.['inputs'] ?? null) as JsonObject | null,
    params: (work.inputs?.['params'] ?? null) as JsonObject | null,
  };
}
