/** A user's quota as clients read it: the short form in answers, the long form of `GET /api/quota/status`. */
import { z } from 'zod';
import { resetTime } from './quota-day.ts';

/** In every answer that starts a tree. Limits are null where there is none. */
export const quotaInfoSchema = z.object({
  total_used: z.number().int(),
  total_limit: z.number().int().nullable(),
  llm_used: z.number().int(),
  llm_limit: z.number().int().nullable(),
  reset_time: z.string(),
});
export type QuotaInfo = z.infer<typeof quotaInfoSchema>;

export interface QuotaStatus {
  readonly rate_limiting_enabled: boolean;
  readonly total_used: number;
  readonly total_limit: number | null;
  readonly total_remaining: number | null;
  readonly total_quota_exceeded: boolean;
  readonly llm_used: number;
  readonly llm_limit: number | null;
  readonly llm_remaining: number | null;
  readonly llm_quota_exceeded: boolean;
  readonly is_premium: boolean;
  readonly reset_time: string;
}

/** Used and allowed today. */
export interface QuotaFacts {
  readonly day: string;
  readonly total: { readonly used: number; readonly limit: number | null };
  readonly llm: { readonly used: number; readonly limit: number | null };
}

export function quotaInfo({ day, total, llm }: QuotaFacts): QuotaInfo {
  return {
    total_used: total.used,
    total_limit: total.limit,
    llm_used: llm.used,
    llm_limit: llm.limit,
    reset_time: resetTime(day),
  };
}

export function quotaStatus(
  facts: QuotaFacts,
  more: { readonly isEnabled: boolean; readonly isPremium: boolean },
): QuotaStatus {
  const { day, total, llm } = facts;
  return {
    rate_limiting_enabled: more.isEnabled,
    total_used: total.used,
    total_limit: total.limit,
    total_remaining: remaining(total),
    total_quota_exceeded: remaining(total) === 0,
    llm_used: llm.used,
    llm_limit: llm.limit,
    llm_remaining: remaining(llm),
    llm_quota_exceeded: remaining(llm) === 0,
    is_premium: more.isPremium,
    reset_time: resetTime(day),
  };
}

/** null = no limit. A limit that was lowered may lie below what is used. */
function remaining({ used, limit }: QuotaFacts['total']): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}
