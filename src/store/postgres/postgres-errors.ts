/** PostgreSQL's errors as ours: clean sentences, the driver's own error in `cause`. */
import { AppError } from '../../core/errors.ts';

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

export function isKeyConflict(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** Serialization failure or deadlock: the same transaction may be tried again. */
export function isConflict(error: unknown): boolean {
  return codeOf(error) === '40001' || codeOf(error) === '40P01';
}

export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P0)/.test(code) || /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT)/.test(code))
    return true;
  const text = error instanceof Error ? error.message : '';
  return /connection terminated|connection timeout|timeout exceeded when trying to connect|not queryable|client has encountered/i.test(
    text,
  );
}

export function databaseError(error: unknown): unknown {
  if (AppError.is(error)) return error;
  if (isConnectionLost(error) || codeOf(error) === '53300')
    return new AppError('unavailable', 'The database does not answer; it is being tried again', {
      retryAfterSeconds: 2,
      cause: error,
    });
  if (/^(53|58)/.test(codeOf(error)))
    return new AppError('unavailable', 'The database has no room left or cannot write', {
      retryAfterSeconds: 10,
      cause: error,
    });
  if (/^(28|3D)/.test(codeOf(error)))
    return new AppError(
      'unavailable',
      'The database refused the login or does not exist: check DATABASE_URL',
      {
        retryable: false,
        cause: error,
      },
    );
  return new AppError('internal', 'The database refused a statement', { cause: error });
}
