/** Which usage rows a call is about: what the methods and the download take, and what the caller may see of it. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { readTimestamp } from '../../core/task-tree/read-timestamp.ts';
import type { Identity } from '../../ports/identity.ts';
import type { UsageFilter } from '../../ports/usage-store.ts';
import { scopeUser } from '../methods/own.ts';
import { userIdParam } from '../methods/param.ts';

const DAY_MS = 86_400_000;
const time = z.string().max(40).nullish();

export const usageParams = z.object({
  user_id: userIdParam,
  executor: z.string().max(200).nullish().describe('Only attempts of this executor'),
  model: z.string().max(200).nullish().describe('Only attempts that asked this model'),
  from: time.describe('UTC day (2026-11-21) or time: ended then or later'),
  to: time.describe('UTC day, which is included, or time: ended before'),
});
export type UsageParams = z.infer<typeof usageParams>;

/** Throws `forbidden` for another user's rows, `invalid_params` for times that cannot be read. */
export function usageFilter(params: UsageParams, identity: Identity): UsageFilter {
  const userId = scopeUser(identity, params.user_id, 'see usage of');
  const fromMs = timeOf('from', params.from, false);
  const toMs = timeOf('to', params.to, true);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new AppError('invalid_params', 'from must be before to');
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(params.executor ? { executor: params.executor } : {}),
    ...(params.model ? { model: params.model } : {}),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
}

function timeOf(name: string, text: string | null | undefined, isEnd: boolean): number | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  const read = readTimestamp(text);
  if (read === null)
    throw new AppError(
      'invalid_params',
      `${name} must be a day (2026-11-21) or a time (2026-11-21T08:00:00Z)`,
    );
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  return Date.parse(read) + (isEnd && isDay ? DAY_MS : 0);
}
