/**
 * `Idempotency-Key`: the same key with the same params gives the same answer for 24 h, with others a conflict.
 * What is stored is what a repeat needs to build that answer again, written in the transaction that did the work.
 */
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { IdempotencyRecord } from '../../ports/store.ts';
import type { Call } from '../method.ts';
import { bodyHash } from './body-hash.ts';

export interface IdempotentWork<Answer> {
  /** Does the work, given the record to write with it (absent without a key). */
  readonly perform: (record: (answer: JsonObject) => IdempotencyRecord | undefined) => Promise<Answer>;
  /** Builds the first answer again from what was stored. */
  readonly replay: (answer: JsonObject) => Promise<Answer>;
  /** True when the work found its place taken: a repeat that lost the race looks for the winner's record. */
  readonly wasRefused?: (answer: Answer) => boolean;
}

/** Throws `idempotency_conflict`, and `invalid_params` for a key that is not 1–255 printable characters. */
export async function idempotently<Answer>(
  call: Call,
  method: string,
  params: unknown,
  work: IdempotentWork<Answer>,
): Promise<Answer> {
  const key = call.idempotencyKey;
  if (key === null) return work.perform(() => undefined);
  if (!/^[\x20-\x7e]{1,262}$/.test(key))
    throw new AppError('invalid_params', 'Idempotency-Key must be 1 to 255 printable ASCII characters');
  const { userId } = call.identity;
  const hash = bodyHash(params);
  const find = () => call.deps.store.idempotency.find(userId, method, key);
  const known = await find();
  if (known !== null) return work.replay(answerOf(known, hash));
  try {
    const answer = await work.perform((stored) => ({ userId, method, key, bodyHash: hash, answer: stored }));
    if (work.wasRefused?.(answer) !== true) return answer;
    const winner = await find();
    return winner === null ? answer : work.replay(answerOf(winner, hash));
  } catch (error) {
    // Two requests with one key at once: the second fails on what the first wrote (or took), and then answers as the first.
    const winner = AppError.is(error) && isConflict(error) ? await find() : null;
    if (winner === null) throw error;
    return work.replay(answerOf(winner, hash));
  }
}

function isConflict(error: AppError): boolean {
  return (
    error.code === 'conflict' ||
    error.code === 'idempotency_conflict' ||
    error.code === 'invalid_params' ||
    error.code === 'quota_exceeded' ||
    error.code === 'concurrency_exceeded' ||
    error.code === 'rate_limited'
  );
}

function answerOf(record: IdempotencyRecord, hash: string): JsonObject {
  if (record.bodyHash !== hash)
    throw new AppError(
      'idempotency_conflict',
      'Idempotency-Key was already used with other parameters; use a new key',
    );
  return record.answer;
}
