/** DuckDB's errors as ours: a clean sentence with the way out; the driver's own text stays in `cause`. */
import { AppError } from '../../core/errors.ts';

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why the file could not be opened. */
export function openError(error: unknown, path: string): AppError {
  const text = textOf(error);
  // Not just "lock": damaged files are reported with the number of a block.
  if (/set lock|conflicting lock|being used by another process/i.test(text)) {
    const pid = /PID (\d+)/i.exec(text)?.[1];
    return new AppError(
      'unavailable',
      `The database ${path} is in use by another Taskgrove process${pid === undefined ? '' : ` (pid ${pid})`}: ` +
        'stop it, give this one another DATA_DIR, or let several processes share PostgreSQL with DATABASE_URL=postgres://…',
      { retryable: false, cause: error },
    );
  }
  if (/no space left|ENOSPC|disk full/i.test(text)) return fullDisk(error);
  if (/permission denied|read-only/i.test(text))
    return new AppError(
      'unavailable',
      `The database ${path} cannot be written: check the rights of the file and its folder`,
      {
        retryable: false,
        cause: error,
      },
    );
  return damaged(error, `The database ${path}`);
}

function damaged(cause: unknown, subject: string): AppError {
  return new AppError(
    'store_corrupt',
    `${subject} cannot be read: restore it from a backup, or move it away to start with an empty one`,
    { cause },
  );
}

/** The file's content contradicts itself: freeing space or trying again will not help. */
function isDamaged(text: string): boolean {
  return /checksum|corrupt|not a valid DuckDB|deserializ|serialization error/i.test(text);
}

/** Any error of the statements that follow the opening: damage is told with the file's path. */
export function startError(error: unknown, path: string): unknown {
  // The migrations' own word is final.
  if (AppError.is(error) && error.code === 'unavailable') return error;
  const origin = AppError.is(error) ? (error.cause ?? error) : error;
  return isDamaged(textOf(origin)) ? openError(origin, path) : statementError(error);
}

/** After a fatal error the database must be opened again. */
export function isInvalidated(error: unknown): boolean {
  return /database has been invalidated|FATAL Error/i.test(textOf(error));
}

function isFullDisk(text: string): boolean {
  return /no space left|disk full|ENOSPC|could not write|failed to write|IO Error/i.test(text);
}

function fullDisk(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    'The database cannot be written now: the disk is full or failing; free some space',
    {
      retryAfterSeconds: 10,
      cause,
    },
  );
}

/** Any error of a statement. Ours pass unchanged. */
export function statementError(error: unknown): unknown {
  if (AppError.is(error)) return error;
  const text = textOf(error);
  if (isDamaged(text)) return damaged(error, 'The database file');
  if (isFullDisk(text)) return fullDisk(error);
  if (isInvalidated(error))
    return new AppError('unavailable', 'The database is being opened again after an error', {
      retryAfterSeconds: 2,
      cause: error,
    });
  return new AppError('internal', 'The database refused a statement', { cause: error });
}
