/**
 * The model client of one call of an executor, and what it has spent. Until runs carry keys of their own, only the
 * server's key is offered.
 */
import { AppError } from '../core/errors.ts';
import type { AnyExecutor } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { ChatAnswer, LlmClient, TokenUsage } from '../core/llm/chat.ts';
import type { TaskDemo } from '../core/task.ts';
import type { LlmGateway } from '../ports/llm.ts';

export class LlmUse {
  readonly #gateway: LlmGateway;
  readonly #executor: AnyExecutor;
  readonly #idempotencyKey: string;
  #input = 0;
  #output = 0;
  #answers = 0;
  #isDemo = false;

  constructor(gateway: LlmGateway, executor: AnyExecutor, idempotencyKey: string) {
    this.#gateway = gateway;
    this.#executor = executor;
    this.#idempotencyKey = idempotencyKey;
  }

  clientFor(signal: AbortSignal): LlmClient {
    if (this.#executor.usesLlm !== true) return refusing(this.#executor);
    return this.#gateway.clientFor({
      signal,
      idempotencyKey: this.#idempotencyKey,
      header: null,
      stored: [],
      mayUseServerKey: true,
      useDemo: false,
      onAnswer: (answer) => this.#note(answer),
    });
  }

  /** Set when the task named the demo provider: its result is canned, though it ran. */
  get demo(): TaskDemo | null {
    return this.#isDemo ? { active: true, reason: 'requested' } : null;
  }

  /** As the contract has it in `token_usage`; null when no model has answered. */
  get spent(): JsonObject | null {
    if (this.#answers === 0) return null;
    return {
      prompt_tokens: this.#input,
      completion_tokens: this.#output,
      total_tokens: this.#input + this.#output,
    };
  }

  /** Adds what an executor that this one called has spent. */
  include(spent: JsonObject | null): void {
    if (spent === null) return;
    this.#add({
      inputTokens: Number(spent['prompt_tokens']),
      outputTokens: Number(spent['completion_tokens']),
    });
  }

  #note({ usage, isDemo }: ChatAnswer): void {
    if (isDemo) this.#isDemo = true;
    else if (usage !== null) this.#add(usage);
  }

  #add({ inputTokens, outputTokens }: TokenUsage): void {
    this.#answers++;
    this.#input += inputTokens;
    this.#output += outputTokens;
  }
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
  };
}
