/**
 * How often one caller may call a method: a bucket that fills evenly over a minute, in the memory of this process (behind
 * several processes a caller may do so on each). For methods that cost much; what a day allows is the ledger's.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '../../core/errors.ts';
import type { Identity } from '../../ports/identity.ts';
import { chargedOf } from '../runs/charged-of.ts';

const MINUTE_MS = 60_000;
/** Callers remembered; the one unheard of for longest is forgotten first, and its bucket would be full by then. */
const KEPT = 50_000;

interface Bucket {
  /** Calls that are left. */
  readonly left: number;
  /** Epoch ms. */
  readonly at: number;
}

export interface MethodRates {
  /** Takes one call. Throws `rate_limited` when there is none left. */
  take(method: string, identity: Identity): void;
}

/** `perMinute` by method name; methods that are not in it have no limit, and neither has the operator. */
export function createMethodRates(
  perMinute: Readonly<Record<string, number>>,
  now: () => number,
): MethodRates {
  const buckets = new LRUCache<string, Bucket>({ max: KEPT });
  return {
    take(method, identity) {
      const limit = perMinute[method];
      if (limit === undefined || identity.plan === 'internal') return;
      const key = `${method} ${chargedOf(identity).subject}`;
      const at = now();
      const bucket = buckets.get(key) ?? { left: limit, at };
      // A clock that was set back fills nothing.
      const left = Math.min(limit, bucket.left + (Math.max(0, at - bucket.at) * limit) / MINUTE_MS);
      if (left < 1) throw refusal(method, limit, left);
      buckets.set(key, { left: left - 1, at });
    },
  };
}

function refusal(method: string, limit: number, left: number): AppError {
  const seconds = limit === 0 ? MINUTE_MS / 1_000 : Math.ceil(((1 - left) * MINUTE_MS) / limit / 1_000);
  return new AppError('rate_limited', `${method} may be called ${limit} times a minute`, {
    retryAfterSeconds: seconds,
    rateLimit: { limit, remaining: 0, resetSeconds: seconds },
    details: { reason: 'method_limit_exceeded', method, limit_per_minute: limit },
  });
}
