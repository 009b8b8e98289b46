/** Reads the JSON a model was asked for out of its text and holds it against the schema. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { AnswerFormat } from './chat.ts';

const SHOWN_PROBLEMS = 5;

/** A check made from a JSON Schema. `null` = the data fits; else what is wrong, a line each. */
export type DataCheck = (data: JsonValue) => readonly string[] | null;

/** @throws AppError `task_input_invalid` when the schema itself cannot be used. */
export function dataCheck(format: AnswerFormat): DataCheck {
  if (format.type !== 'schema') return (data) => (isJsonObject(data) ? null : ['it is no JSON object']);
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(withoutPatterns(format.schema) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('task_input_invalid', `The JSON schema of the answer cannot be used: ${reason}`, {
      cause: error,
    });
  }
  return (data) => {
    const { error } = schema.safeParse(data);
    if (error === undefined) return null;
    return error.issues
      .slice(0, SHOWN_PROBLEMS)
      .map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`);
  };
}

/** @throws AppError `task_transient`: a model asked again often does better. */
export function readStructured(text: string, check: DataCheck): JsonValue {
  const data = parseJson(text);
  if (data === undefined) throw new AppError('task_transient', 'The model did not answer with JSON');
  const problems = check(data);
  if (problems === null) return data;
  throw new AppError(
    'task_transient',
    `The model's answer does not fit the schema:\n- ${problems.join('\n- ')}`,
  );
}

/** Models wrap JSON in a fence although they were told not to. Undefined when it is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  const trimmed = text.trim();
  const fenced = trimmed.startsWith('```')
    ? trimmed.replace(/^```[a-z]*\s*/i, '').replace(/```$/, '')
    : trimmed;
  try {
    return JSON.parse(fenced) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A user's regular expression can hold up the process for seconds: the model is told of it, we do not run it. */
function withoutPatterns(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (!isJsonObject(schema)) return schema;
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(schema)) {
    const isKeyword = (name === 'pattern' && typeof value === 'string') || name === 'patternProperties';
    if (!isKeyword) kept[name] = withoutPatterns(value);
  }
  return kept;
}
