/** What went wrong with a request, in words for people. */

export class RequestError extends Error {
  /** 0: no answer at all. */
  readonly status: number;
  /** Our error code (`not_found`, `forbidden` …) where the server named one. */
  readonly code: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(fields: {
    message: string;
    status: number;
    code?: string | null;
    retryAfterSeconds?: number | null;
  }) {
    super(fields.message);
    this.name = 'RequestError';
    this.status = fields.status;
    this.code = fields.code ?? null;
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null;
  }

  get isTransient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}
