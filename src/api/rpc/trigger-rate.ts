/** How often one sender may trigger tasks, well signed or not: guessing and loops end here, before anything is looked up. */
import { AppError } from '../../core/errors.ts';
import { createRateBuckets } from './rate-buckets.ts';

export interface TriggerRate {
  /** Takes one. `sender`: an address, or a caller that is known. Throws `rate_limited` when there is none left. */
  take(sender: string): void;
}

/** `perMinute` 0 refuses everything. */
export function createTriggerRate(perMinute: number, now: () => number): TriggerRate {
  const buckets = createRateBuckets(now);
  return {
    take(sender) {
      const seconds = buckets.take(sender, perMinute);
      if (seconds === null) return;
      throw new AppError('rate_limited', `Tasks may be triggered ${perMinute} times a minute`, {
        retryAfterSeconds: seconds,
        rateLimit: { limit: perMinute, remaining: 0, resetSeconds: seconds },
        details: { reason: 'webhook_limit_exceeded', limit_per_minute: perMinute },
      });
    },
  };
}
