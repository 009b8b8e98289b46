/** Adds up what models have used. */
import type { JsonObject } from './json.ts';
import { modelUsage } from './usage.ts';

export interface TokensSpent {
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null: the price is not known. */
  readonly costNanoUsd: number | null;
}

export class TokenTally {
  #input = 0;
  #output = 0;
  #answers = 0;
  /** null once an answer's price is not known: half a sum would look like the whole. */
  #costNanoUsd: number | null = 0;
  readonly #models = new Set<string | null>();

  add(spent: TokensSpent): void {
    this.#answers++;
    this.#input += spent.inputTokens;
    this.#output += spent.outputTokens;
    const isPriced = this.#costNanoUsd !== null && spent.costNanoUsd !== null;
    this.#costNanoUsd = isPriced ? Number(this.#costNanoUsd) + Number(spent.costNanoUsd) : null;
    this.#models.add(spent.model);
  }

  /** Adds what another one has come to. */
  include(tokenUsage: JsonObject | null | undefined): void {
    if (tokenUsage === null || tokenUsage === undefined) return;
    const { model, inputTokens, outputTokens, costNanoUsd } = modelUsage(tokenUsage);
    this.add({ model, inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, costNanoUsd });
  }

  /** As the contract has it in `token_usage`; null when no model has answered. */
  get spent(): JsonObject | null {
    if (this.#answers === 0) return null;
    return {
      prompt_tokens: this.#input,
      completion_tokens: this.#output,
      total_tokens: this.#input + this.#output,
      cost_nano_usd: this.#costNanoUsd,
      model: this.#models.size === 1 ? ([...this.#models][0] ?? null) : null,
    };
  }
}
