/** Query strings as fields: the last value of a name counts, every value is text at first. */
import { type Problem, ValidationError } from './detail.ts';
import { type Field, type FieldValue, readField } from './field.ts';

/** Throws `ValidationError`. */
export function readQuery(fields: readonly Field[], search: string): Readonly<Record<string, FieldValue>> {
  const given = new URLSearchParams(search);
  const values: Record<string, FieldValue> = {};
  const problems: Problem[] = [];
  for (const field of fields) {
    const loc = ['query', field.name];
    const input = given.getAll(field.name).at(-1);
    if (input === undefined) {
      if (field.fallback === undefined)
        problems.push({ type: 'missing', loc, msg: 'Field required', input: null });
      else values[field.name] = field.fallback;
      continue;
    }
    const read = readField(field, input);
    if ('value' in read) values[field.name] = read.value;
    else problems.push({ ...read, loc, input });
  }
  if (problems.length > 0) throw new ValidationError(problems);
  return values;
}
