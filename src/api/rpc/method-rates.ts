/** How often one caller may call a method on this process. For methods that cost much; what a day allows is the ledger's. */
import { AppError } from '../../core/errors.ts';
import type { Identity } from '../../ports/identity.ts';
import { chargedOf } from '../runs/charged-of.ts';
import { createRateBuckets } from './rate-buckets.ts';

export interface MethodRates {
  /** Takes one call. Throws `rate_limited` when there is none left. */
  take(method: string, identity: Identity): void;
}

/** `perMinute` by method name; methods that are not in it have no limit, and neither has the operator. */
export function createMethodRates(
  perMinute: Readonly<Record<string, number>>,
  now: () => number,
): MethodRates {
  const buckets = createRateBuckets(now);
  return {
    take(method, identity) {
      const limit = perMinute[method];
      if (limit === undefined || identity.plan === 'internal') return;
      const seconds = buckets.take(`${method} ${chargedOf(identity).subject}`, limit);
      if (seconds === null) return;
      throw new AppError('rate_limited', `${method} may be called ${limit} times a minute`, {
        retryAfterSeconds: seconds,
        rateLimit: { limit, remaining: 0, resetSeconds: seconds },
        details: { reason: 'method_limit_exceeded', method, limit_per_minute: limit },
      });
    },
  };
}
