import { describe, expect, it } from 'vitest';
import { SseParser } from '../../src/core/sse-parser.ts';

const STREAM =
  'id: r:1\ndata: {"a":1}\n\n: keepalive\n\nid: r:2\r\nevent: x\r\ndata: one\r\ndata:two\r\n\r\ndata: last\r\r';
const MESSAGES = [
  { id: 'r:1', event: 'message', data: '{"a":1}' },
  { id: 'r:2', event: 'x', data: 'one\ntwo' },
  // The CR at the very end waits for what follows: this one is completed by the line after it.
  { id: 'r:2', event: 'message', data: 'last' },
];

describe('SseParser', () => {
  it.each([1, 2, 3, 5, 7, 1000])('finds the same messages in chunks of %i characters', (size) => {
    const parser = new SseParser();
    const found = [];
    const text = `${STREAM}: end\n`;
    for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
    expect(found).toEqual(MESSAGES);
  });

  it('cuts a stream at every place in two and finds the same', () => {
    const text = `${STREAM}: end\n`;
    for (let at = 0; at <= text.length; at++) {
      const parser = new SseParser();
      expect([...parser.push(text.slice(0, at)), ...parser.push(text.slice(at))]).toEqual(MESSAGES);
    }
  });

  it('drops what the stream leaves unfinished, comments and unknown fields', () => {
    const parser = new SseParser();
    expect(parser.push(': hello\nretry: 10\nfoo\n\ndata: cut')).toEqual([]);
  });

  it('takes off one blank and a byte order mark, and keeps an empty data line', () => {
    const parser = new SseParser();
    expect(parser.push('\uFEFFdata:  two blanks\n\ndata\n\n').map(({ data }) => data)).toEqual([
      ' two blanks',
      '',
    ]);
  });

  it('ignores an id with a NUL', () => {
    const parser = new SseParser();
    expect(parser.push('id: a\0b\ndata: x\n\n')).toEqual([{ id: null, event: 'message', data: 'x' }]);
  });
});
