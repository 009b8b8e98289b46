/**
 * The one table of what a client may write into a field of a task, used by create, update and clone. A reader gives
 * the value as it is stored, or the end of a sentence that begins with the field's name.
 */
import { SCHEDULE_TYPES } from '../schedule/schedule-rule.ts';
import { TASK_STATUSES, type TaskRecord, TREE_LIMITS, taskPolicySchema } from '../task.ts';
import { jsonBytes, jsonProblem } from './check-json.ts';
import { pythonTypeName } from './python-type-name.ts';
import { readTimestamp } from './read-timestamp.ts';

export type FieldReading = { readonly value: unknown } | { readonly problem: string };
type Reader = (value: unknown, field: string) => FieldReading;

function mustBe(expected: string, value: unknown): FieldReading {
  return { problem: `must be ${expected}, got ${pythonTypeName(value)}` };
}

const anyJson: Reader = (value, field) => {
  const problem = jsonProblem(value, field);
  return problem === null ? { value } : { problem: `cannot be stored: ${problem}` };
};

/** null means empty, as the original has it. */
const object: Reader = (value, field) => {
  if (value === null) return { value: {} };
  if (typeof value !== 'object' || Array.isArray(value)) return mustBe('a dict', value);
  return anyJson(value, field);
};

const inputs: Reader = (value, field) => {
  const reading = object(value, field);
  if ('problem' in reading || jsonBytes(reading.value) <= TREE_LIMITS.inputBytes) return reading;
  return { problem: `must be at most ${TREE_LIMITS.inputBytes} bytes of JSON; pass large data by reference` };
};

function text(maxLength: number, canBeEmpty: boolean): Reader {
  return (value, field) => {
    if (typeof value !== 'string') return mustBe('a str', value);
    if (value === '' && !canBeEmpty) return { problem: 'must not be empty' };
    if (value.length > maxLength)
      return { problem: `must be at most ${maxLength} characters, got ${value.length}` };
    return anyJson(value, field);
  };
}

function orNull(reader: Reader): Reader {
  return (value, field) => (value === null ? { value } : reader(value, field));
}

/** Existing web apps take a schedule back by sending its fields empty. */
function orEmpty(reader: Reader): Reader {
  return (value, field) => (value === '' ? { value: null } : orNull(reader)(value, field));
}

function integer(minimum: number, maximum: number, meaning: string): Reader {
  return (value) => {
    if (!Number.isInteger(value)) return mustBe('an int', value);
    const number = value as number;
    return number >= minimum && number <= maximum
      ? { value }
      : { problem: `must be ${meaning}, got ${number}` };
  };
}

function oneOf(names: readonly string[], noun: string): Reader {
  return (value) => {
    if (typeof value !== 'string') return mustBe('a str', value);
    if (names.includes(value)) return { value };
    const shown = value.slice(0, 50).toWellFormed().replaceAll('\0', '');
    return { problem: `'${shown}' is not a known ${noun} (must be one of: ${names.join(', ')})` };
  };
}

const timestamp: Reader = (value) => {
  if (typeof value !== 'string') return mustBe('a str', value);
  const stamp = readTimestamp(value);
  if (stamp !== null) return { value: stamp };
  return { problem: "must be an ISO-8601 time such as '2026-11-21T09:00:00+00:00'" };
};

const boolean: Reader = (value) => (typeof value === 'boolean' ? { value } : mustBe('a bool', value));

const progress: Reader = (value) => {
  if (typeof value !== 'number') return mustBe('a float', value);
  return value >= 0 && value <= 1 ? { value } : { problem: `must be between 0.0 and 1.0, got ${value}` };
};

const policy: Reader = (value) => {
  const parsed = taskPolicySchema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const issue = parsed.error.issues[0];
  return { problem: `is not valid: ${issue?.path.join('.') || 'policy'}: ${issue?.message ?? 'unknown'}` };
};

const MAX_COUNT = 2_147_483_647;

/** Fields a client may write. What is not here is either structure (ids, parents) or ours. */
const READERS = {
  name: text(TREE_LIMITS.nameLength, false),
  status: oneOf(TASK_STATUSES, 'status'),
  progress,
  error: orNull(text(1024 * 1024, true)),
  result: anyJson,
  priority: integer(0, 3, 'from 0 (urgent) to 3 (low)'),
  inputs,
  params: object,
  schemas: object,
  started_at: orNull(timestamp),
  completed_at: orNull(timestamp),
  schedule_type: orEmpty(oneOf(SCHEDULE_TYPES, 'schedule type')),
  schedule_expression: orEmpty(text(100, false)),
  schedule_enabled: boolean,
  schedule_start_at: orEmpty(timestamp),
  schedule_end_at: orEmpty(timestamp),
  next_run_at: orNull(timestamp),
  last_run_at: orNull(timestamp),
  max_runs: orNull(integer(1, MAX_COUNT, 'at least 1')),
  run_count: integer(0, MAX_COUNT, 'at least 0'),
  policy: orNull(policy),
} as const satisfies Partial<Record<keyof TaskRecord, Reader>>;

export type WritableField = keyof typeof READERS;

/** In the order in which problems are reported. */
export const WRITABLE_FIELDS = Object.keys(READERS) as WritableField[];

/** The value as it is stored, or what is wrong with it. */
export function readField(field: WritableField, value: unknown): FieldReading {
  return READERS[field](value, field);
}
