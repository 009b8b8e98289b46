/** What one run has asked of models, as far as this process knows: rows of earlier work at the start, then each call. */

export class RunLlmUse {
  calls: number;
  /** Input and output together. */
  tokens: number;

  constructor(calls = 0, tokens = 0) {
    this.calls = calls;
    this.tokens = tokens;
  }
}
