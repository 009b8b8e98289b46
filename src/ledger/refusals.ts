/** What the caller of a refused start is told: the contract's facts, when to come again, and how to lift the limit. */
import { AppError } from '../core/errors.ts';
import type { Refusal } from '../core/quota/decide.ts';
import { resetTime } from '../core/quota/quota-day.ts';

export interface RefusalContext {
  readonly day: string;
  readonly secondsToReset: number;
  /** Used by the user so far, for the answer about an address. */
  readonly user: { readonly used: number; readonly limit: number | null };
  /** How this limit is lifted; null = the caller cannot. */
  readonly hint: string | null;
}

/** When another tree may have ended. */
const SLOT_RETRY_SECONDS = 5;

export function refusal(by: Refusal, context: RefusalContext): AppError {
  const hint = context.hint === null ? {} : { hint: context.hint };
  const rateLimit = { limit: by.limit, remaining: 0, resetSeconds: context.secondsToReset };
  if (by.kind === 'slot') {
    const whose = by.scope === 'user' ? 'You have' : 'This server has';
    return new AppError(
      'concurrency_exceeded',
      `${whose} ${by.used} of ${by.limit} task trees running; try again when one has ended`,
      {
        retryAfterSeconds: SLOT_RETRY_SECONDS,
        rateLimit: { ...rateLimit, resetSeconds: SLOT_RETRY_SECONDS },
        details: {
          reason: `${by.scope}_concurrency_limit_exceeded`,
          current_concurrent: by.used,
          max_concurrent: by.limit,
          ...hint,
        },
      },
    );
  }
  const options = { retryAfterSeconds: context.secondsToReset, rateLimit };
  const reset_time = resetTime(context.day);
  if (by.meter === 'ip_trees') {
    const details = {
      reason: 'ip_limit_exceeded',
      user_count: context.user.used,
      user_limit: context.user.limit,
      ip_count: by.used,
      ip_limit: by.limit,
      reset_time,
      ...hint,
    };
    const text = `This address has started ${by.used} of ${by.limit} task trees today; more from ${reset_time}`;
    return new AppError('rate_limited', text, { ...options, details });
  }
  const details = {
    reason: 'total_quota_exceeded',
    total_used: by.used,
    total_limit: by.limit,
    reset_time,
    ...hint,
  };
  const text = `${by.used} of ${by.limit} are used today (${by.meter}); more from ${reset_time}`;
  return new AppError('quota_exceeded', text, { ...options, details });
}

/** The setting that lifts each limit. */
export function settingOf(by: Refusal, isPremium: boolean): string | null {
  if (by.kind === 'slot')
    return by.scope === 'user' ? 'MAX_CONCURRENT_TASK_TREES_PER_USER' : 'MAX_CONCURRENT_TASK_TREES';
  if (by.meter === 'ip_trees') return 'RATE_LIMIT_DAILY_PER_IP';
  if (by.meter === 'task_trees')
    return isPremium ? 'RATE_LIMIT_DAILY_PER_USER_PREMIUM' : 'RATE_LIMIT_DAILY_PER_USER';
  return null;
}
