/** What somebody or something has spent on models: tokens in and out together, and nano-dollars. */

export class Spend {
  #tokens = 0;
  #costNanoUsd = 0;
  #openTokens = 0;
  #openCostNanoUsd = 0;

  get tokens(): number {
    return this.#tokens;
  }

  /** Of calls whose price is known. */
  get costNanoUsd(): number {
    return this.#costNanoUsd;
  }

  /** What calls under way may use at most. */
  get openTokens(): number {
    return this.#openTokens;
  }

  get openCostNanoUsd(): number {
    return this.#openCostNanoUsd;
  }

  add(tokens: number, costNanoUsd: number): void {
    this.#tokens += tokens;
    this.#costNanoUsd += costNanoUsd;
  }

  /** Somebody who sees more than this process says it is at least this much. */
  raise(tokens: number, costNanoUsd: number): void {
    this.#tokens = Math.max(this.#tokens, tokens);
    this.#costNanoUsd = Math.max(this.#costNanoUsd, costNanoUsd);
  }

  /** A call begins that may use this much. Call the answer once, with what it has used. */
  open(mostTokens: number, mostCostNanoUsd: number): (tokens: number, costNanoUsd: number) => void {
    this.#openTokens += mostTokens;
    this.#openCostNanoUsd += mostCostNanoUsd;
    return (tokens, costNanoUsd) => {
      this.#openTokens -= mostTokens;
      this.#openCostNanoUsd -= mostCostNanoUsd;
      this.add(tokens, costNanoUsd);
    };
  }
}
