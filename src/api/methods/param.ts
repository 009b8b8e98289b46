/** Params that many methods share. Null counts as absent: existing clients send both. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { TASK_STATUSES, taskSchema } from '../../core/task.ts';

export const optionalId = z.string().max(1000).nullish();
export const optionalText = z.string().nullish();
export const optionalFlag = z.boolean().nullish();
export const userIdParam = z
  .string()
  .max(1000)
  .nullish()
  .describe('Owner; only an admin may name another user');
export const limitParam = z
  .number()
  .int()
  .min(0)
  .max(1_000_000)
  .nullish()
  .describe('Default 100, at most 1000');
export const offsetParam = z.number().int().min(0).max(1_000_000_000).nullish();

const MAX_LIMIT = 1000;

/** Page of a query; what is absent has the contract's defaults. */
export function pageOf(params: { limit?: number | null | undefined; offset?: number | null | undefined }) {
  return { limit: Math.min(params.limit ?? 100, MAX_LIMIT), offset: params.offset ?? 0 };
}

/** The first id given, or `invalid_params` with the contract's sentence. An empty text counts as absent. */
export function requireId(problem: string, ...ids: readonly (string | null | undefined)[]): string {
  for (const id of ids) if (typeof id === 'string' && id !== '') return id;
  throw new AppError('invalid_params', problem);
}

/** `a,b` or a list of ids, as `tasks.cancel` and `tasks.running.status` take them. */
export const idListParam = z
  .union([z.string(), z.array(z.string()).max(1000)])
  .nullish()
  .describe('Ids as a list, or as one text separated by commas');

export function idsOf(...lists: readonly (string | readonly string[] | null | undefined)[]): string[] {
  for (const list of lists) {
    const ids = typeof list === 'string' ? list.split(',') : (list ?? []);
    const named = ids.map((id) => id.trim()).filter((id) => id !== '');
    if (named.length > 0) return [...new Set(named)];
  }
  return [];
}

export const taskResult = taskSchema.describe('A task');
export const taskListResult = z.array(taskSchema);
export const statusResult = z.enum(TASK_STATUSES);
