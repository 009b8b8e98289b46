/** The model client of one call of an executor, with the keys of its run, and what it has spent. */
import { AppError } from '../core/errors.ts';
import type { AnyExecutor } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { Budget } from '../core/llm/budget.ts';
import type { ChatAnswer, LlmClient } from '../core/llm/chat.ts';
import { costNanoUsd } from '../core/llm/prices.ts';
import { reserveCounted, type UncountedCall } from '../core/llm/reserve-counted.ts';
import { runLlmKeys } from '../core/llm/run-keys.ts';
import type { TaskDemo } from '../core/task.ts';
import { TokenTally } from '../core/token-tally.ts';
import { FREE_TREE_REASON, type FreeTreeLimits, isFreeTreeSpent } from '../hooks/demo-mode.ts';
import type { LlmGateway } from '../ports/llm.ts';
import type { LlmKeys, RunOfUser } from '../ports/llm-keys.ts';
import type { RunLlmUse } from './run-llm-use.ts';

export interface LlmUseOptions {
  readonly gateway: LlmGateway;
  readonly executor: AnyExecutor;
  readonly idempotencyKey: string;
  readonly run: RunOfUser;
  readonly keys: Pick<LlmKeys, 'openForRun'>;
  readonly runOptions: JsonObject;
  /** Of the run as a whole: all its tasks count here. */
  readonly runUse: RunLlmUse;
  readonly limits: FreeTreeLimits;
  /** Asked for at the first call. */
  readonly budgets: () => Promise<readonly Budget[]>;
}

/** What a part of the work has come to: another executor's call, or a step. */
export interface SpentPart {
  readonly demo?: TaskDemo | null;
  readonly tokenUsage?: JsonObject | null | undefined;
  /** What of it the present attempt has spent; absent = all. */
  readonly attemptUsage?: JsonObject | null | undefined;
}

export class LlmUse {
  readonly #options: LlmUseOptions;
  readonly #all = new TokenTally();
  /** Without what earlier attempts have told already. */
  readonly #own = new TokenTally();
  #demo: TaskDemo | null = null;

  constructor(options: LlmUseOptions) {
    this.#options = options;
  }

  clientFor(signal: AbortSignal): LlmClient {
    const { budgets, gateway, executor, idempotencyKey, keys, run, runOptions } = this.#options;
    if (executor.usesLlm !== true) return refusing(executor);
    const runKeys = runLlmKeys(runOptions);
    const access = { signal, idempotencyKey, header: null, stored: [], mayUseServerKey: !runKeys.isPremium };
    const onAnswer = (answer: ChatAnswer) => this.#note(answer, 'requested');
    const real = opening(async () => {
      const opened = await keys.openForRun(run, runKeys);
      const reserve = async (call: UncountedCall) => reserveCounted(await budgets(), call, Date.now());
      return gateway.clientFor({ ...access, ...opened, useDemo: false, onAnswer, reserve });
    });
    const canned = () =>
      gateway.clientFor({
        ...access,
        useDemo: true,
        onAnswer: (answer) => this.#note(answer, FREE_TREE_REASON),
      });
    const next = () => (this.#mayAsk() ? real : canned());
    return {
      chat: (request) => next().chat(request),
      stream: (request) => next().stream(request),
      route: (wish) => real.route(wish),
    };
  }

  /** Set when an answer was canned, though the executor ran: the demo provider was named, or the run had its share. */
  get demo(): TaskDemo | null {
    return this.#demo;
  }

  /** In all, as `token_usage`; null when no model has answered. */
  get spent(): JsonObject | null {
    return this.#all.spent;
  }

  /** What of it this attempt has spent: the part that is billed with it. */
  get ownSpent(): JsonObject | null {
    return this.#own.spent;
  }

  /** Of a part of the work, under a key of its own; `include` what it has come to. */
  part(idempotencyKey: string): LlmUse {
    return new LlmUse({ ...this.#options, idempotencyKey });
  }

  /** Adds what a part of the work has spent, and whether its result is canned. */
  include(part: SpentPart): void {
    this.#demo ??= part.demo ?? null;
    this.#all.include(part.tokenUsage);
    this.#own.include(part.attemptUsage === undefined ? part.tokenUsage : part.attemptUsage);
  }

  /** Counted before it asks, so that calls at the same time cannot all be the last one. */
  #mayAsk(): boolean {
    const { limits, runOptions, runUse } = this.#options;
    if (isFreeTreeSpent(limits, runOptions, runUse)) return false;
    runUse.calls++;
    return true;
  }

  #note(answer: ChatAnswer, reason: string): void {
    const { usage, isDemo, model } = answer;
    if (isDemo) this.#demo ??= { active: true, reason };
    else if (usage !== null) {
      this.#options.runUse.tokens += usage.inputTokens + usage.outputTokens;
      const spent = { ...usage, model, costNanoUsd: costNanoUsd(answer, Date.now()) };
      this.#all.add(spent);
      this.#own.add(spent);
    }
  }
}

/** A client that is made at its first call, once for all: its calls are numbered. */
function opening(make: () => Promise<LlmClient>): LlmClient {
  let made: Promise<LlmClient> | undefined;
  const client = () => {
    made ??= make();
    return made;
  };
  return {
    chat: async (request) => (await client()).chat(request),
    async *stream(request) {
      yield* (await client()).stream(request);
    },
    route: async (wish) => (await client()).route(wish),
  };
}

/** Keys, quotas and demo mode are decided by the definition, so an executor must say that it asks models. */
function refusing({ id }: AnyExecutor): LlmClient {
  const refuse = () =>
    new AppError('task_failed', `Executor ${id} asks a model but does not declare usesLlm: true`);
  return {
    chat: async () => {
      throw refuse();
    },
    // biome-ignore lint/correctness/useYield: it refuses before the first piece
    async *stream() {
      throw refuse();
    },
    route: async () => {
      throw refuse();
    },
  };
}
