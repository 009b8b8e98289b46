/** The fields of request models, and how a value is read as each of them (pydantic's lax mode, its texts). */
import type { Problem } from './detail.ts';
import { PyNumber, type PyValue } from './python-json.ts';

interface Common {
  readonly name: string;
  readonly isNullable?: boolean;
  /** Absent: the field is required. */
  readonly fallback?: string | number | boolean | null;
}
export interface TextField extends Common {
  readonly kind: 'text';
  readonly minLength?: number;
  readonly maxLength?: number;
}
export interface WholeField extends Common {
  readonly kind: 'whole';
  readonly minimum?: number;
  readonly maximum?: number;
}
export interface FlagField extends Common {
  readonly kind: 'flag';
}
export type Field = TextField | WholeField | FlagField;
export type FieldValue = string | number | boolean | null;

/** What is wrong with it, without its place and the value. */
export type Fault = Pick<Problem, 'type' | 'msg' | 'ctx'>;

/** The value as the field has it, or what is wrong. */
export function readField(field: Field, value: PyValue): { readonly value: FieldValue } | Fault {
  if (value === null && field.isNullable === true) return { value: null };
  if (field.kind === 'text') return readText(field, value);
  return field.kind === 'whole' ? readWhole(field, value) : readFlag(value);
}

function readText({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: TextField, value: PyValue) {
  if (typeof value !== 'string') return { type: 'string_type', msg: 'Input should be a valid string' };
  if (!value.isWellFormed())
    return {
      type: 'string_unicode',
      msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
    };
  if (minLength === 0 && maxLength === Number.POSITIVE_INFINITY) return { value };
  const { length } = [...value];
  if (length < minLength)
    return {
      type: 'string_too_short',
      msg: `String should have at least ${minLength} ${characters(minLength)}`,
      ctx: { min_length: minLength },
    };
  if (length > maxLength)
    return {
      type: 'string_too_long',
      msg: `String should have at most ${maxLength} ${characters(maxLength)}`,
      ctx: { max_length: maxLength },
    };
  return { value };
}

function characters(count: number): string {
  return count === 1 ? 'character' : 'characters';
}

function readWhole(field: WholeField, value: PyValue): { readonly value: FieldValue } | Fault {
  const whole = wholeOf(value);
  if (typeof whole !== 'number') return whole;
  const { minimum, maximum } = field;
  if (minimum !== undefined && whole < minimum)
    return {
      type: 'greater_than_equal',
      msg: `Input should be greater than or equal to ${minimum}`,
      ctx: { ge: minimum },
    };
  if (maximum !== undefined && whole > maximum)
    return {
      type: 'less_than_equal',
      msg: `Input should be less than or equal to ${maximum}`,
      ctx: { le: maximum },
    };
  return { value: whole };
}

/** Digits may be grouped by single underscores; a fraction of zeros is none. */
const WHOLE_TEXT = /^[-+]?\d+(?:_\d+)*(?:\.0+)?$/;
const MAX_DIGITS = 4_300;
const TOO_LONG: Fault = {
  type: 'int_parsing_size',
  msg: 'Unable to parse input string as an integer, exceeded maximum size',
};

function isInt64(number: number): boolean {
  return number >= -(2 ** 63) && number < 2 ** 63;
}

function wholeOf(value: PyValue): number | Fault {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof PyNumber) {
    const number = value.value;
    if (!value.isFloat) return number;
    if (!Number.isFinite(number)) return { type: 'finite_number', msg: 'Input should be a finite number' };
    if (!Number.isInteger(number))
      return {
        type: 'int_from_float',
        msg: 'Input should be a valid integer, got a number with a fractional part',
      };
    return isInt64(number) ? number : TOO_LONG;
  }
  if (typeof value !== 'string') return { type: 'int_type', msg: 'Input should be a valid integer' };
  const text = value.trim();
  if (text.length > MAX_DIGITS) return TOO_LONG;
  return WHOLE_TEXT.test(text)
    ? Number(text.replaceAll('_', ''))
    : {
        type: 'int_parsing',
        msg: 'Input should be a valid integer, unable to parse string as an integer',
      };
}

const YES = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const NO = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

const NO_FLAG: Fault = { type: 'bool_type', msg: 'Input should be a valid boolean' };

function isWholeInt64({ isFloat, text, value }: PyNumber): boolean {
  if (isFloat) return Number.isInteger(value) && isInt64(value);
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function readFlag(value: PyValue): { readonly value: FieldValue } | Fault {
  if (typeof value === 'boolean') return { value };
  const unreadable = {
    type: 'bool_parsing',
    msg: 'Input should be a valid boolean, unable to interpret input',
  };
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (YES.has(word)) return { value: true };
    return NO.has(word) ? { value: false } : unreadable;
  }
  if (value instanceof PyNumber) {
    if (value.value === 1) return { value: true };
    if (value.value === 0) return { value: false };
    return isWholeInt64(value) ? unreadable : NO_FLAG;
  }
  return NO_FLAG;
}
