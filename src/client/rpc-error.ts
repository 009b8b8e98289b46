/** The server understood the call and refused it. */
import type { JsonObject, JsonValue } from '../core/json.ts';

export interface RpcErrorFields {
  /** JSON-RPC code. */
  readonly code: number;
  readonly message: string;
  /** A sentence for people, or an object with `reason` for quota errors. */
  readonly data?: JsonValue | undefined;
  /** Our error code, the request id and the docs page. */
  readonly meta?: JsonObject | undefined;
  readonly httpStatus: number;
  readonly retryAfterSeconds?: number | null;
}

export class RpcError extends Error {
  readonly code: number;
  readonly data: JsonValue | undefined;
  readonly meta: JsonObject | undefined;
  readonly httpStatus: number;
  /** From `Retry-After`; null when the server named no time. */
  readonly retryAfterSeconds: number | null;

  constructor(fields: RpcErrorFields) {
    super(fields.message);
    this.name = 'RpcError';
    this.code = fields.code;
    this.data = fields.data;
    this.meta = fields.meta;
    this.httpStatus = fields.httpStatus;
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null;
  }

  /** What to show a person: the server's sentence where there is one, else the message. */
  get sentence(): string {
    if (typeof this.data === 'string' && this.data !== '') return this.data;
    const said = this.meta?.['message'];
    return typeof said === 'string' ? `${this.message}: ${said}` : this.message;
  }
}
