/** Where a dependency's result lands in the inputs of the task that waits for it. */
import { describe, expect, it } from 'vitest';
import { injectResults } from '../../src/core/inject-results.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';

function inject(
  result: JsonValue | null,
  outputProperties: string[],
  inputProperties: string[] = [],
  more: { storedInputs?: JsonObject; isAggregate?: boolean; id?: string } = {},
): JsonObject {
  const { storedInputs = {}, isAggregate = false, id = 'd' } = more;
  return injectResults({
    storedInputs,
    dependencies: [{ id, result, outputProperties }],
    inputProperties,
    isAggregate,
  });
}

describe('injectResults', () => {
  it('puts a result under the id of its task, unwrapped', () => {
    expect(inject({ a: 1 }, ['a', 'b'])).toEqual({ d: { a: 1 } });
    expect(inject({ result: { a: 1 }, more: 2 }, ['result', 'more'])).toEqual({ d: { a: 1 } });
    expect(inject(5, [])).toEqual({ d: 5 });
    expect(inject(null, ['a'], [], { storedInputs: { x: 1 } })).toEqual({ x: 1 });
  });

  it('fills fields of the same name when the only output is result, else merges', () => {
    expect(inject({ result: { url: 'u', other: 1 } }, ['result'], ['url'])).toEqual({ url: 'u' });
    expect(inject({ result: { a: 1, b: 2 } }, ['result'], ['url'], { storedInputs: { b: 0 } })).toEqual({
      a: 1,
      b: 2,
    });
    expect(inject({ result: { a: 1 } }, ['result'], ['a'], { isAggregate: true })).toEqual({ d: { a: 1 } });
  });

  it('gives text to content and messages', () => {
    expect(inject({ result: 'hi' }, ['result'], ['content'])).toEqual({ content: 'hi' });
    const storedInputs = { messages: [{ role: 'system', content: 's' }] };
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'hi' },
    ];
    expect(inject({ result: 'hi' }, ['result'], ['messages'], { storedInputs })).toEqual({ messages });
    expect(inject({ result: { content: 'hi' } }, ['result'], ['messages'], { storedInputs })).toEqual({
      messages,
    });
    expect(inject({ result: messages }, ['result'], ['messages'])).toEqual({ messages });
    expect(inject({ result: 'hi' }, ['result'], ['url'])).toEqual({ d: 'hi' });
    expect(storedInputs.messages).toHaveLength(1);
  });

  it('takes own members only and leaves prototypes alone', () => {
    const hostile = JSON.parse('{"result":{"__proto__":{"polluted":1}}}') as JsonValue;
    expect(JSON.stringify(inject(hostile, ['result']))).toBe('{"__proto__":{"polluted":1}}');
    expect(JSON.stringify(inject(1, [], [], { id: '__proto__' }))).toBe('{"__proto__":1}');
    expect(inject({ result: { a: 1 } }, ['result'], ['toString'])).toEqual({ a: 1 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
