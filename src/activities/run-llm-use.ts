/** What one run has asked of models, as far as this process knows: rows of earlier work at the start, then each call. */
import type { JsonObject } from '../core/json.ts';
import { Spend } from '../core/llm/spend.ts';

export class RunLlmUse {
  calls: number;
  /** Input and output together. */
  tokens: number;
  readonly #tree = new Spend();
  readonly #tasks = new Map<string, Spend>();
  readonly #steps = new Set<string>();

  constructor(calls = 0, tokens = 0) {
    this.calls = calls;
    this.tokens = tokens;
  }

  /** What budgets of the tree are held against. */
  get tree(): Spend {
    return this.#tree;
  }

  /** What budgets of one task are held against: all its attempts. */
  ofTask(taskId: string): Spend {
    const known = this.#tasks.get(taskId);
    if (known !== undefined) return known;
    const made = new Spend();
    this.#tasks.set(taskId, made);
    return made;
  }

  /** Adds a step that a lost worker has done, unless this process has seen it done. */
  countOnce(taskId: string, step: string, tokenUsage: JsonObject | null): void {
    if (this.#steps.has(step)) return;
    this.#steps.add(step);
    if (tokenUsage === null) return;
    this.calls++;
    const tokens = Number(tokenUsage['total_tokens'] ?? 0);
    const costNanoUsd = Number(tokenUsage['cost_nano_usd'] ?? 0);
    this.tokens += tokens;
    this.#tree.add(tokens, costNanoUsd);
    this.ofTask(taskId).add(tokens, costNanoUsd);
  }

  /** The calls of this step were counted one by one. */
  markCounted(step: string): void {
    this.#steps.add(step);
  }
}
