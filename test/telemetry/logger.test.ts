/** The log: each line parses, and no line holds a secret. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger({ level: 'info', file: null, stream: { write: (line) => void lines.push(line) } }));
  return lines;
}

it('writes one JSON object a line with ts, level and msg', () => {
  const [line = ''] = logged((logger) => logger.child({ request_id: 'r1' }).info({ status: 200 }, 'access'));
  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'access', request_id: 'r1', status: 200 });
  expect(Number.isNaN(Date.parse(JSON.parse(line).ts))).toBe(false);
});

it('leaves out what is below its level', () => {
  expect(logged((logger) => logger.debug('quiet'))).toEqual([]);
});

it('masks secret fields at any of the first three levels', () => {
  const [line = ''] = logged((logger) =>
    logger.info(
      { token: 'v1', headers: { authorization: 'v2', 'x-llm-api-key': 'v3' }, a: { b: { password: 'v4' } } },
      'm',
    ),
  );
  expect(line).not.toMatch(/"v\d"/);
  expect(JSON.parse(line).headers.authorization).toBe('[secret]');
});

it.each([
  ['postgres://user:hunter2-hunter2@host/db refused', 'hunter2'],
  ['Authorization: Bearer hunter2.hunter2', 'hunter2'],
  ['key sk-ant-hunter2hunter2hunter2 was refused', 'hunter2'],
  ['key tg_hunter2hunter2hunter2', 'hunter2'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIifQ.c2lnbmF0dXJl', 'eyJzdWIi'],
])('masks secrets inside texts: %s', (text, hidden) => {
  const lines = logged((logger) => {
    logger.error({ err: new Error(text), quoted: `say "${text}"` }, text);
  });
  expect(lines.join('')).not.toContain(hidden);
  expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
});

it('makes the folder of its file and appends to it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskgrove-log-'));
  const file = join(folder, 'logs', 'a.log');
  createLogger({ level: 'info', file }).info('one');
  createLogger({ level: 'info', file }).info('two');
  const messages = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(messages).toEqual(['one', 'two']);
  rmSync(folder, { recursive: true });
});
