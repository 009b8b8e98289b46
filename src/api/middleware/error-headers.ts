/** What an error says in headers: when to come again, how much is left, how to sign in. */
import type { AppError } from '../../core/errors.ts';
import type { ApiContext } from '../state.ts';

/** `Retry-After` where a repeat makes sense; 503 always says when. */
export function setErrorHeaders(context: ApiContext, error: AppError): void {
  const seconds = error.retryAfterSeconds ?? (error.code === 'unavailable' ? 1 : undefined);
  if (seconds !== undefined) context.set('Retry-After', String(Math.max(1, Math.ceil(seconds))));
  if (error.rateLimit !== undefined) {
    const { limit, remaining, resetSeconds } = error.rateLimit;
    context.set('RateLimit-Limit', String(limit));
    context.set('RateLimit-Remaining', String(remaining));
    context.set('RateLimit-Reset', String(Math.max(1, Math.ceil(resetSeconds))));
  }
  // The rest of the body is not read, so the connection cannot carry another request.
  if (error.code === 'payload_too_large') context.set('Connection', 'close');
  if (error.code === 'unauthorized') context.set('WWW-Authenticate', 'Bearer');
}
