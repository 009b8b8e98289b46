/** What one run has asked of models, as far as this process knows: rows of earlier work at the start, then each call. */
import { Spend } from '../core/llm/spend.ts';

export class RunLlmUse {
  calls: number;
  /** Input and output together. */
  tokens: number;
  readonly #tree = new Spend();
  readonly #tasks = new Map<string, Spend>();

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
}
