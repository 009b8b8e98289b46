/** Comparisons of JSON values by the name of an operator. None of them can take long, whatever is compared. */
import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../src/core/json.ts';

export const OPERATORS = [
  'equals',
  'not_equals',
  'greater',
  'greater_or_equal',
  'less',
  'less_or_equal',
  'contains',
  'starts_with',
  'ends_with',
  'in',
  'is_true',
  'is_false',
  'is_empty',
  'is_not_empty',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** Values of different kinds are neither greater nor less than each other. */
export function compare(operator: Operator, value: JsonValue, other: JsonValue): boolean {
  switch (operator) {
    case 'equals':
      return isDeepStrictEqual(value, other);
    case 'not_equals':
      return !isDeepStrictEqual(value, other);
    case 'greater':
      return order(value, other) > 0;
    case 'greater_or_equal':
      return order(value, other) >= 0;
    case 'less':
      return order(value, other) < 0;
    case 'less_or_equal':
      return order(value, other) <= 0;
    case 'contains':
      return contains(value, other);
    case 'in':
      return contains(other, value);
    case 'starts_with':
      return typeof value === 'string' && typeof other === 'string' && value.startsWith(other);
    case 'ends_with':
      return typeof value === 'string' && typeof other === 'string' && value.endsWith(other);
    case 'is_true':
      return value === true;
    case 'is_false':
      return value === false;
    case 'is_empty':
      return isEmpty(value);
    case 'is_not_empty':
      return !isEmpty(value);
  }
}

/** NaN where there is no order, so that no comparison holds. */
function order(left: JsonValue, right: JsonValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? 0 : left < right ? -1 : 1;
  return Number.NaN;
}

function contains(whole: JsonValue, part: JsonValue): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  if (Array.isArray(whole)) return whole.some((entry) => isDeepStrictEqual(entry, part));
  return (
    typeof whole === 'object' && whole !== null && typeof part === 'string' && Object.hasOwn(whole, part)
  );
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
