/** Reads the writable fields among a client's parameters, for update and for the fields a clone resets. */
import type { JsonObject } from '../json.ts';
import type { TaskRecord } from '../task.ts';
import { readField, WRITABLE_FIELDS, type WritableField } from './task-fields.ts';

/** New values of a task's fields, as they are stored. */
export type FieldPatch = Partial<Pick<TaskRecord, WritableField | 'dependencies'>>;

export interface PatchReading {
  readonly patch: FieldPatch;
  /** One sentence a field, beginning with `Cannot update '<field>'`. */
  readonly problems: string[];
}

/** Dependencies are not read here (they need the tree); fields that nobody knows are ignored. */
export function readPatch(params: JsonObject): PatchReading {
  const values: [string, unknown][] = [];
  const problems: string[] = [];
  if (Object.hasOwn(params, 'parent_id')) problems.push(fixed('parent_id', 'task hierarchy is fixed'));
  if (Object.hasOwn(params, 'user_id')) problems.push(fixed('user_id', 'task ownership is fixed'));
  for (const field of WRITABLE_FIELDS) {
    if (!Object.hasOwn(params, field)) continue;
    const reading = readField(field, params[field]);
    if ('problem' in reading) problems.push(`Cannot update '${field}': ${reading.problem}`);
    else values.push([field, reading.value]);
  }
  return { patch: Object.fromEntries(values) as FieldPatch, problems };
}

function fixed(field: string, reason: string): string {
  return `Cannot update '${field}': field cannot be modified (${reason})`;
}
