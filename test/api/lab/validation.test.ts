/** Requests that are wrong in every way, and what clients of the first system are told about each. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DetailError } from '../../../src/api/lab/fastapi/detail.ts';
import type { Field } from '../../../src/api/lab/fastapi/field.ts';
import { PythonJsonError, parsePythonJson } from '../../../src/api/lab/fastapi/python-json.ts';
import { readModel } from '../../../src/api/lab/fastapi/read-model.ts';
import { readQuery } from '../../../src/api/lab/fastapi/read-query.ts';
import * as models from '../../../src/api/lab/lab-models.ts';

interface Case {
  readonly model: string;
  readonly query?: string;
  readonly type?: string | null;
  readonly body?: string | null;
  readonly status: number;
  readonly answer: unknown;
}

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  predict: models.PREDICT_MODEL,
  feedback: models.FEEDBACK_MODEL,
  generate: models.GENERATE_MODEL,
  greet: models.GREET_QUERY,
  engagement: models.ENGAGEMENT_QUERY,
  emoji: models.EMOJI_QUERY,
  roll: models.ROLL_QUERY,
};
const cases = readFileSync(new URL('./validation-cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

describe.each([...Map.groupBy(cases, ({ model }) => model)])('%s', (model, own) => {
  test.each(own.map((one) => [one.query ?? JSON.stringify([one.type, one.body]), one] as const))(
    '%s',
    (_name, one) => {
      expect(answerOf(FIELDS[model] ?? [], one)).toEqual({ status: one.status, answer: one.answer });
    },
  );
});

function answerOf(
  fields: readonly Field[],
  { query, type, body }: Case,
): { status: number; answer: unknown } {
  try {
    const values =
      query === undefined
        ? readModel(fields, Buffer.from(body ?? ''), type ?? undefined)
        : readQuery(fields, query);
    return { status: 200, answer: { ...values } };
  } catch (error) {
    if (!(error instanceof DetailError)) throw error;
    return { status: error.status, answer: JSON.parse(error.body) };
  }
}

describe('bodies no answer could repeat', () => {
  test('half a surrogate pair is refused, not stored', () => {
    const { status, answer } = answerOf(models.PREDICT_MODEL, {
      model: 'predict',
      type: 'application/json',
      body: '{"user_id":"\\ud800","prompt":"p"}',
      status: 422,
      answer: null,
    });
    expect(status).toBe(422);
    expect(answer).toMatchObject({ detail: [{ type: 'string_unicode', loc: ['body', 'user_id'] }] });
  });
  test('bytes that are no text, and nesting without end', () => {
    const tooDeep = `{"a":${'['.repeat(200_000)}`;
    for (const bytes of [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from(tooDeep)])
      expect(() => readModel(models.PREDICT_MODEL, bytes, undefined)).toThrow(
        expect.objectContaining({ status: 400, body: '{"detail":"There was an error parsing the body"}' }),
      );
  });
  test('numbers come back as they were written', () => {
    const { answer } = answerOf(models.FEEDBACK_MODEL, {
      model: 'feedback',
      type: 'application/json',
      body: '{"score":12345678901234567890}',
      status: 422,
      answer: null,
    });
    expect(JSON.stringify(answer)).toContain('less_than_equal');
    expect(() =>
      readModel(models.FEEDBACK_MODEL, Buffer.from('{"score":12345678901234567890}'), undefined),
    ).toThrow(expect.objectContaining({ body: expect.stringContaining('"input":12345678901234567890') }));
  });
  test('places are counted in characters', () => {
    expect(() => parsePythonJson('["😄😄" x')).toThrow(PythonJsonError);
    try {
      parsePythonJson('["😄😄" x');
    } catch (error) {
      expect((error as PythonJsonError).position).toBe(6);
    }
  });
});
