/** Turns what went wrong on the wire into an AppError with a sentence for people and facts for executors. */
import { AppError } from '../core/errors.ts';

/** Where a call broke: executors choose their words by it (`details.phase`). */
export type NetworkPhase = 'lookup' | 'connect' | 'tls' | 'transfer';

const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'EACCES',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Repeating the same request cannot help. */
const FINAL_CODES = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_INVALID_ARG', 'HPE_HEADER_OVERFLOW']);

/** AppErrors pass unchanged; all else becomes `task_transient`, or `task_failed` when a repeat is pointless. */
export function networkError(error: unknown, url: string): AppError {
  if (AppError.is(error)) return error;
  const code = codeOf(error);
  const reason = error instanceof Error && error.message !== '' ? error.message : code;
  const details = { url, code, phase: phaseOf(code) };
  if (FINAL_CODES.has(code)) {
    return new AppError('task_failed', `The request to ${url} cannot be made: ${reason}`, {
      details,
      cause: error,
    });
  }
  return new AppError('task_transient', `The request to ${url} failed: ${reason}`, { details, cause: error });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'UNKNOWN';
  // Several addresses were tried: the first one's reason stands for all.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : 'UNKNOWN';
}

function phaseOf(code: string): NetworkPhase {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'lookup';
  if (CONNECT_CODES.has(code)) return 'connect';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return 'tls';
  return 'transfer';
}
