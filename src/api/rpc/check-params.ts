/** Params against a method's schema, with problems as sentences that name the field. */
import type { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { AnyMethod } from '../method.ts';

/** What is not an object counts as `{}`, as existing clients expect, except where a method takes a list. */
export function checkParams(method: AnyMethod, params: unknown): unknown {
  const given =
    isJsonObject(params) || (method.positional === 'array' && Array.isArray(params)) ? params : {};
  const parsed = method.params.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_params', paramsProblem(parsed.error.issues), {
    details: { fields: parsed.error.issues.slice(0, 20).map((issue) => issue.path.join('.')) },
  });
}

/** The first problems as one sentence: `limit: Invalid input: expected number, received string`. */
function paramsProblem(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .slice(0, 5)
    .map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`))
    .join('; ');
}
