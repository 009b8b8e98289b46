/** A connection lost at the commit leaves open whether it happened: this finds out before a failure is told. */
import { AppError } from '../../core/errors.ts';

/**
 * Runs `write`; when the database went away meanwhile, asks `find` whether it was stored all the same. Throws what
 * `write` threw when it was not, or when nobody answers: then a repeat with the idempotency key tells.
 */
export async function unlessCommitted<Result>(
  write: () => Promise<Result>,
  find: () => Promise<{ readonly value: Result } | null>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!AppError.is(error) || error.code !== 'unavailable') throw error;
    const found = await find().catch(() => null);
    if (found === null) throw error;
    return found.value;
  }
}
