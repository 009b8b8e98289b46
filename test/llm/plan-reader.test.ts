/** A plan read while it is written gives each task once, wherever the pieces are cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlanReader } from '../../src/llm/generate-tree/plan-reader.ts';

const readAll = (pieces: readonly string[]) => {
  const reader = new PlanReader();
  return pieces.flatMap((piece) => reader.read(piece));
};
const task = (name: string) => ({
  name,
  executor: 'llm_executor',
  inputs: { list: [{ name, executor: null }] },
});

describe('reading a plan', () => {
  it('any cut of any names gives the same tasks', () => {
    const names = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 40 }), fc.boolean(), (given, size, isBare) => {
        const tasks = given.map(task);
        const text = JSON.stringify(isBare ? tasks : { tasks });
        const pieces = text.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [];
        expect(readAll(pieces)).toEqual(tasks);
      }),
    );
  });

  it('gives a task at its last brace, not before', () => {
    const reader = new PlanReader();
    const text = JSON.stringify({ tasks: [task('a "quoted" } one'), task('b')] });
    const end = text.indexOf(',{"name":"b"');
    expect(reader.read(text.slice(0, end - 1))).toEqual([]);
    expect(reader.read(text.slice(end - 1, end))).toMatchObject([{ name: 'a "quoted" } one' }]);
    expect(reader.read(text.slice(end))).toMatchObject([{ name: 'b' }]);
  });

  it('passes over fences, prose and what is no task', () => {
    const text = `Here's "it":\n\`\`\`json\n${JSON.stringify({ tasks: [{ no: 1 }, task('a')] })}\n\`\`\``;
    expect(readAll([text])).toMatchObject([{ name: 'a' }]);
    expect(readAll([']]}}', '{"tasks": [{"name": '])).toEqual([]);
  });

  it('gives no more tasks than a plan may have', () => {
    expect(
      readAll([JSON.stringify(Array.from({ length: 60 }, (_, index) => task(`${index}`)))]),
    ).toHaveLength(50);
  });
});
