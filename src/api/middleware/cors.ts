/**
 * Cross-origin rules, outermost so that 401 and 429 carry them too. Answers preflights itself, with the texts that
 * existing clients and their tests know. Credentials are never allowed together with every origin.
 */
import type { ApiContext, ApiMiddleware } from '../state.ts';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
const MAX_AGE_SECONDS = '600';
/** A `*` in this list does not count with credentials, so every header a client reads is named. */
const EXPOSED =
  'ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Quota-Remaining, X-Monetization-Plan, X-Monetization-Client, X-Monetization-Exit, X-Safety-Exit';

export interface CorsOptions {
  readonly origins: readonly string[] | '*';
}

export function cors(options: CorsOptions): ApiMiddleware {
  const allowsAll = options.origins === '*' || options.origins.includes('*');
  const allowed = new Set(options.origins === '*' ? [] : options.origins.map(normalise));
  const isAllowed = (origin: string) => allowsAll || allowed.has(normalise(origin));

  return function corsMiddleware(context, next) {
    // Also without an Origin: a cache must not give one origin's answer to another.
    if (!allowsAll) context.set('Vary', 'Origin');
    const origin = context.headers.origin;
    if (origin === undefined) return next();
    const isGood = isAllowed(origin);
    if (isGood) allow(context, origin, allowsAll);
    if (context.method === 'OPTIONS' && context.headers['access-control-request-method'] !== undefined)
      return preflight(context, isGood, allowsAll);
    if (isGood) context.set('Access-Control-Expose-Headers', EXPOSED);
    return next();
  };
}

function allow(context: ApiContext, origin: string, allowsAll: boolean): void {
  context.set('Access-Control-Allow-Origin', allowsAll ? '*' : origin);
  if (!allowsAll) context.set('Access-Control-Allow-Credentials', 'true');
}

async function preflight(context: ApiContext, isGood: boolean, allowsAll: boolean): Promise<void> {
  context.set('Access-Control-Allow-Methods', METHODS);
  context.set('Access-Control-Max-Age', MAX_AGE_SECONDS);
  if (!allowsAll) context.set('Access-Control-Allow-Credentials', 'true');
  const headers = context.headers['access-control-request-headers'];
  if (isGood && headers !== undefined) context.set('Access-Control-Allow-Headers', headers);
  context.status = isGood ? 200 : 400;
  context.type = 'text/plain; charset=utf-8';
  context.body = isGood ? 'OK' : 'Disallowed CORS origin';
}

function normalise(origin: string): string {
  return origin.toLowerCase().replace(/\/$/, '');
}
