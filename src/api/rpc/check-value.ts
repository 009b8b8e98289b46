/**
 * Refuses what JSON allows and no database takes: nesting without end, numbers beyond double range, NUL characters,
 * halves of surrogate pairs. Integers above 2^53 are taken as the nearest double, as JSON.parse gives them.
 */
import { AppError } from '../../core/errors.ts';
import { RPC_LIMITS } from './limits.ts';

/** Only an escape can bring a NUL or a lone surrogate into text that was decoded as strict UTF-8. */
const RISKY_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/** Throws `invalid_request` (depth) or `invalid_params` (values). `text` is the JSON that `value` was parsed from. */
export function checkValue(value: unknown, text: string): void {
  walk(value, RPC_LIMITS.depth, RISKY_ESCAPE.test(text));
}

function walk(value: unknown, levels: number, checkText: boolean): void {
  if (typeof value === 'string') {
    if (checkText) checkString(value);
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new AppError('invalid_params', 'A number is out of range');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0)
    throw new AppError('invalid_request', `Request is nested deeper than ${RPC_LIMITS.depth} levels`);
  if (Array.isArray(value)) {
    for (const item of value) walk(item, levels - 1, checkText);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (checkText) checkString(key);
    walk(member, levels - 1, checkText);
  }
}

function checkString(text: string): void {
  if (text.includes('\0'))
    throw new AppError('invalid_params', 'Text contains a NUL character (\\u0000), which cannot be stored');
  if (!text.isWellFormed())
    throw new AppError(
      'invalid_params',
      'Text contains half of a surrogate pair, which is not valid Unicode',
    );
}
