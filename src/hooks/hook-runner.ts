/**
 * Calls hooks in their order, each under its time limit, and turns whatever comes back into a decision. A hook that
 * throws, hangs or answers rubbish fails by its own policy; nothing it does reaches the tree in any other way.
 */
import { AppError } from '../core/errors.ts';
import {
  type AfterTaskAnswer,
  type AfterTaskContext,
  afterTaskAnswerSchema,
  type BeforeTaskAnswer,
  type BeforeTaskContext,
  beforeTaskAnswerSchema,
  DEFAULT_HOOK_TIMEOUT_MS,
  type HookDefinition,
  type HookedOutcome,
  type HookPoint,
  type TreeHookContext,
  type TreePoint,
} from '../core/hook.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { HookMetrics, Logger } from '../ports/telemetry.ts';
import { HookFailure, withinLimit } from './call-hook.ts';
import { contextFor, type HookedTask, type HookedTree, type HookTools } from './hook-context.ts';

/** What became of a task before its executor was asked. */
export interface BeforeTaskDecision {
  /** null: as they were. */
  readonly inputs: JsonObject | null;
  readonly action:
    | { readonly kind: 'run' }
    | { readonly kind: 'demo'; readonly reason: string }
    | { readonly kind: 'answer'; readonly hook: string; readonly result: JsonValue }
    | { readonly kind: 'fail'; readonly error: string; readonly isRetryable: boolean };
}

export interface AfterTaskDecision {
  /** By hook; null when none had anything to say. */
  readonly annotations: JsonObject | null;
  /** Set when a hook that must not fail has failed. */
  readonly failure: { readonly error: string; readonly isRetryable: boolean } | null;
}

export interface HookRunnerOptions {
  /** In the order of their calls. */
  readonly hooks: readonly HookDefinition[];
  readonly logger: Logger;
  readonly http: HookTools['http'];
  readonly metrics?: HookMetrics;
}

const NONE: readonly HookDefinition[] = [];
const MOST_ANNOTATION_BYTES = 4_096;

export class HookRunner {
  readonly #options: HookRunnerOptions;
  readonly #tools: HookTools;
  /** By point, then by executor: what a task without hooks costs is this look. */
  readonly #chains = new Map<string, readonly HookDefinition[]>();

  constructor(options: HookRunnerOptions) {
    this.#options = options;
    this.#tools = { logger: options.logger, http: options.http };
  }

  /** Whether a tree point has any hook. */
  has(point: TreePoint): boolean {
    return this.#chain(point, null).length > 0;
  }

  /** Whether a task of this executor (null: it only groups) has hooks at this point. */
  hasFor(point: 'beforeTask' | 'afterTask', executor: BeforeTaskContext['executor']): boolean {
    return this.#chain(point, executor).length > 0;
  }

  /** Never throws. `signal` is the task's: when it fires, hooks are left alone and the decision is to go on. */
  async beforeTask(task: HookedTask, signal: AbortSignal): Promise<BeforeTaskDecision> {
    let inputs: JsonObject | null = null;
    let demo: string | null = null;
    for (const hook of this.#chain('beforeTask', task.executor)) {
      if (signal.aborted) break;
      const isDemo: boolean = task.isDemo || demo !== null;
      const facts: HookedTask = { ...task, inputs: inputs ?? task.inputs, isDemo };
      const called = await this.#call(hook, 'beforeTask', facts, signal, readBeforeAnswer);
      if ('failure' in called) {
        if (hook.onFailure !== 'closed' || signal.aborted) continue;
        return { inputs, action: { kind: 'fail', ...called.failure } };
      }
      const { answer } = called;
      if (answer?.action === 'block') {
        const error = `Blocked by hook '${hook.id}': ${answer.reason}`;
        return { inputs, action: { kind: 'fail', error, isRetryable: false } };
      }
      if (answer?.action === 'answer') {
        return { inputs, action: { kind: 'answer', hook: hook.id, result: answer.result } };
      }
      if (answer?.action === 'inputs') inputs = answer.inputs;
      if (answer?.action === 'demo') demo ??= answer.reason;
    }
    return { inputs, action: demo === null ? { kind: 'run' } : { kind: 'demo', reason: demo } };
  }

  /** Never throws. */
  async afterTask(task: HookedTask, outcome: HookedOutcome, signal: AbortSignal): Promise<AfterTaskDecision> {
    const annotations: JsonObject = {};
    let failure: AfterTaskDecision['failure'] = null;
    for (const hook of this.#chain('afterTask', task.executor)) {
      const called = await this.#call(hook, 'afterTask', { ...task, outcome }, signal, readAfterAnswer);
      if ('answer' in called) {
        if (called.answer !== null) annotations[hook.id] = called.answer.annotations;
      } else if (hook.onFailure === 'closed' && !signal.aborted) failure ??= called.failure;
    }
    return { annotations: Object.keys(annotations).length === 0 ? null : annotations, failure };
  }

  /** Never throws: tree points only watch. */
  async tree(point: TreePoint, tree: () => HookedTree | Promise<HookedTree>): Promise<void> {
    const chain = this.#chain(point, null);
    if (chain.length === 0) return;
    try {
      const facts = await tree();
      for (const hook of chain) await this.#call(hook, point, facts, undefined, () => null);
    } catch (error) {
      this.#options.logger.error({ point, err: error }, 'Hooks of a tree could not be called');
    }
  }

  #chain(point: HookPoint, executor: BeforeTaskContext['executor']): readonly HookDefinition[] {
    const key = executor === null ? point : `${point} ${executor.id}`;
    let chain = this.#chains.get(key);
    if (chain === undefined) {
      const found = this.#options.hooks.filter((hook) => concerns(hook, point, executor));
      chain = found.length === 0 ? NONE : found;
      this.#chains.set(key, chain);
    }
    return chain;
  }

  async #call<Answer>(
    hook: HookDefinition,
    point: HookPoint,
    facts: HookedTask | HookedTree,
    signal: AbortSignal | undefined,
    read: (answer: unknown) => Answer,
  ): Promise<{ readonly answer: Answer } | { readonly failure: { error: string; isRetryable: boolean } }> {
    const startedMs = performance.now();
    const abort = new AbortController();
    let outcome: 'ok' | 'error' | 'timeout' | 'invalid' | 'cancelled' = 'ok';
    try {
      const context = contextFor(hook, facts, this.#tools, abort);
      const limit = { timeoutMs: hook.timeoutMs ?? DEFAULT_HOOK_TIMEOUT_MS, abort, signal };
      return { answer: read(await withinLimit(() => invoke(hook, point, context), limit)) };
    } catch (error) {
      outcome = HookFailure.is(error) ? error.kind : 'error';
      const failure = failureOf(hook, point, error);
      if (outcome !== 'cancelled') this.#report(hook, point, facts, error);
      return { failure };
    } finally {
      const durationMs = performance.now() - startedMs;
      this.#options.metrics?.observeHook({ hook: hook.id, point, outcome, durationMs });
    }
  }

  #report(hook: HookDefinition, point: HookPoint, facts: HookedTask | HookedTree, error: unknown): void {
    const taskId = 'task' in facts ? { task_id: facts.task.id } : {};
    this.#options.logger.warn(
      { hook: hook.id, point, run_id: facts.run?.id ?? null, ...taskId, err: error },
      'A hook failed',
    );
  }
}

function concerns(hook: HookDefinition, point: HookPoint, executor: BeforeTaskContext['executor']): boolean {
  if (hook[point] === undefined) return false;
  if (point !== 'beforeTask' && point !== 'afterTask') return true;
  if (hook.onlyLlm === true && executor?.usesLlm !== true) return false;
  return hook.executors === undefined || (executor !== null && hook.executors.includes(executor.id));
}

function invoke(hook: HookDefinition, point: HookPoint, context: object): unknown {
  if (point === 'beforeTask') return hook.beforeTask?.(context as BeforeTaskContext);
  if (point === 'afterTask') return hook.afterTask?.(context as AfterTaskContext);
  return hook[point]?.(context as TreeHookContext);
}

function failureOf(hook: HookDefinition, point: HookPoint, error: unknown) {
  const what = error instanceof Error && error.message !== '' ? error.message : 'it threw without a message';
  const isRetryable = AppError.is(error) && error.retryable;
  return { error: `Hook '${hook.id}' failed at ${point}: ${what}`, isRetryable };
}

function readBeforeAnswer(answer: unknown): BeforeTaskAnswer | null {
  const parsed = beforeTaskAnswerSchema.safeParse(answer);
  if (!parsed.success) throw rubbish('{action: inputs | answer | demo | block, …}');
  const given = parsed.data ?? null;
  if (given?.action === 'inputs') return { ...given, inputs: asJson(given.inputs) as JsonObject };
  if (given?.action === 'answer') return { ...given, result: asJson(given.result) };
  return given;
}

function readAfterAnswer(answer: unknown): AfterTaskAnswer | null {
  const parsed = afterTaskAnswerSchema.safeParse(answer);
  if (!parsed.success) throw rubbish('{annotations: {…}}');
  if (parsed.data == null) return null;
  const annotations = asJson(parsed.data.annotations) as JsonObject;
  if (JSON.stringify(annotations).length > MOST_ANNOTATION_BYTES)
    throw new HookFailure('invalid', `its annotations are larger than ${MOST_ANNOTATION_BYTES} bytes`);
  return { annotations };
}

/** What comes of it on its way through JSON, so that no living object of a hook gets into a row. */
function asJson(value: unknown): JsonValue {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue;
  } catch (error) {
    throw new HookFailure('invalid', 'it answered with something that is no JSON', error);
  }
}

function rubbish(expected: string): HookFailure {
  return new HookFailure('invalid', `its answer is neither nothing nor ${expected}`);
}
