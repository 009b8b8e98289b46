/**
 * Bodies as request models. What is right at first sight (nearly everything) is taken from `JSON.parse`; the rest is
 * read again as Python would read it, so that the answer says what existing clients know.
 */
import { isUtf8 } from 'node:buffer';
import { DetailError, type Problem, ValidationError } from './detail.ts';
import { type Field, type FieldValue, readField } from './field.ts';
import { PythonJsonError, type PyValue, parsePythonJson } from './python-json.ts';

export type Model = readonly Field[];
export type ModelValues = Readonly<Record<string, FieldValue>>;

const NO_BODY: Problem = { type: 'missing', loc: ['body'], msg: 'Field required', input: null };

/** Throws `ValidationError`, or `DetailError` 400 for what is no text at all. */
export function readModel(model: Model, bytes: Buffer, contentType: string | undefined): ModelValues {
  if (bytes.length === 0) throw new ValidationError([NO_BODY]);
  if (!isJson(contentType)) throw notAnObject(bytes.toString('utf8'));
  if (!isUtf8(bytes)) throw unreadable();
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  return readAtFirstSight(model, text) ?? readCarefully(model, text);
}

/** An absent type counts as JSON. */
function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === '' || contentType === 'application/json') return true;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || /^application\/[^/]*\+json$/.test(type);
}

/** null: something is not as it should be. */
function readAtFirstSight(model: Model, text: string): ModelValues | null {
  const body = parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const given = body as Readonly<Record<string, unknown>>;
  const values: Record<string, FieldValue> = {};
  for (const field of model) {
    const value = given[field.name];
    if (value === undefined) {
      if (field.fallback === undefined) return null;
      values[field.name] = field.fallback;
    } else if (isPlain(field, value)) values[field.name] = value;
    else return null;
  }
  return values;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The careful reader says where and why.
    return null;
  }
}

function isPlain(field: Field, value: unknown): value is FieldValue {
  if (value === null) return field.isNullable === true;
  if (field.kind === 'text') return typeof value === 'string' && value.isWellFormed();
  if (field.kind === 'flag') return typeof value === 'boolean';
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
  return value >= (field.minimum ?? -Infinity) && value <= (field.maximum ?? Infinity);
}

function readCarefully(model: Model, text: string): ModelValues {
  const body = parseCarefully(text);
  if (body === null) throw new ValidationError([NO_BODY]);
  if (!(body instanceof Map)) throw notAnObject(body);
  const problems: Problem[] = [];
  const values: Record<string, FieldValue> = {};
  for (const field of model) {
    const loc = ['body', field.name];
    const input = body.get(field.name);
    if (input === undefined) {
      if (field.fallback === undefined)
        problems.push({ type: 'missing', loc, msg: 'Field required', input: body });
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

function parseCarefully(text: string): PyValue {
  try {
    return parsePythonJson(text);
  } catch (error) {
    if (!(error instanceof PythonJsonError)) throw unreadable();
    throw new ValidationError([
      {
        type: 'json_invalid',
        loc: ['body', error.position],
        msg: 'JSON decode error',
        input: new Map(),
        ctx: { error: error.message },
      },
    ]);
  }
}

function notAnObject(input: PyValue): ValidationError {
  const msg = 'Input should be a valid dictionary or object to extract fields from';
  return new ValidationError([{ type: 'model_attributes_type', loc: ['body'], msg, input }]);
}

function unreadable(): DetailError {
  return new DetailError(400, 'There was an error parsing the body');
}
