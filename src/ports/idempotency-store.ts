/** What stands behind `Idempotency-Key`. Part of the store. */
import type { JsonObject } from '../core/json.ts';

/** Written in the same transaction as what it guards. Kept 24 h. */
export interface IdempotencyRecord {
  readonly userId: string;
  readonly method: string;
  readonly key: string;
  /** sha-256 of the canonical params. */
  readonly bodyHash: string;
  /** What a repeat needs to give the same answer: the ids made. */
  readonly answer: JsonObject;
}
export interface IdempotencyStore {
  /** The record younger than 24 h, or null. */
  find(userId: string, method: string, key: string): Promise<IdempotencyRecord | null>;
  /** For methods that write nothing else in the store's transaction. First writer wins; returns what stands. */
  put(record: IdempotencyRecord): Promise<IdempotencyRecord>;
}
