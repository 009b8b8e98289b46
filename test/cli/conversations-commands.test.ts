/** `taskgrove conversations …` against a real server of answers. */
import { expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { startWireServer } from './wire-server.ts';

const CONVERSATION: JsonObject = {
  conversation_id: 'c1',
  user_id: 'u',
  title: 'Tra\u001b[2Jvel',
  system_prompt: null,
  model: null,
  metadata: {},
  message_count: 2,
  version: 1,
  last_event_id: 'c1:4',
  created_at: '2026-11-28T10:00:00.000000+00:00',
  updated_at: '2026-11-28T10:01:00.000000+00:00',
};
const message = (fields: JsonObject): JsonObject => ({
  message_id: 'm1',
  conversation_id: 'c1',
  position: 1,
  role: 'user',
  text: 'Where to?',
  status: 'completed',
  version: 1,
  revision: 1,
  reply_to: null,
  model: null,
  exit: null,
  usage: null,
  demo_mode: false,
  demo_reason: null,
  error: null,
  created_at: '2026-11-28T10:00:00.000000+00:00',
  updated_at: '2026-11-28T10:00:00.000000+00:00',
  ...fields,
});
const reply = (fields: JsonObject) =>
  message({ message_id: 'm2', position: 2, role: 'assistant', ...fields });
const delta = (offset: number, text: string) => ({ type: 'message_delta', message_id: 'm2', offset, text });

async function cli(args: string[], events: JsonObject[] = []) {
  await using server = await startWireServer();
  server.on('conversations.get', () => ({ result: CONVERSATION }));
  server.on('conversations.create', () => ({ result: CONVERSATION }));
  server.on('conversations.delete', () => ({ result: { deleted: true, conversation_id: 'c1' } }));
  server.on('conversations.list', (params) => {
    const isSecond = (params as JsonObject)['cursor'] === 'next';
    return { result: { conversations: [CONVERSATION], next_cursor: isSecond ? null : 'next' } };
  });
  server.on('messages.list', () => ({
    result: { messages: [message({}), reply({ text: 'Le\u0007ipzig', demo_mode: true })], next_cursor: null },
  }));
  server.on('messages.create', () => ({
    result: { message: message({}), reply: reply({ text: '', status: 'pending' }) },
  }));
  let resumedBehind: string | undefined;
  server.onGet('/conversations/c1/events', (request, response) => {
    resumedBehind = String(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  });
  let out = '';
  let err = '';
  const code = await runCli(['--url', server.url, ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: async () => '',
    inputLines: async function* () {},
    operatorKey: () => null,
    isTerminal: true,
    hasColors: false,
    columns: () => 100,
    rows: () => 24,
    runServer: async () => 0,
  });
  return { code, out, err, calls: server.calls, resumedBehind };
}

it('list pages as far as it is asked to, and keeps the terminal clean', async () => {
  const { out, calls } = await cli(['conversations', 'list', '--limit', '2']);
  expect(out.match(/c1/g)).toHaveLength(2);
  expect(out).toContain('Tra [2Jvel');
  expect(calls.map(({ params }) => params)).toEqual([{ limit: 2 }, { limit: 1, cursor: 'next' }]);
});

it('show prints who said what', async () => {
  const { out } = await cli(['conversations', 'show', 'c1']);
  expect(out).toBe('user · 2026-11-28 10:00\nWhere to?\n\nassistant · 2026-11-28 10:00 (demo)\nLe ipzig\n\n');
  const json = await cli(['-o', 'json', 'conversations', 'show', 'c1']);
  expect(JSON.parse(json.out)).toMatchObject({ conversation_id: 'c1', messages: [{ role: 'user' }, {}] });
});

it('new prints the id; delete says so', async () => {
  const made = await cli(['conversations', 'new', '--title', 'T', '--system', 'S', '--model', 'm']);
  expect([made.out, made.calls[0]?.params]).toEqual(['c1\n', { title: 'T', system_prompt: 'S', model: 'm' }]);
  expect((await cli(['conversations', 'delete', 'c1'])).out).toBe('Deleted conversation c1.\n');
});

it('send prints the reply while it is written, from before it was asked', async () => {
  const { code, out, err, resumedBehind, calls } = await cli(
    ['conversations', 'send', 'c1', 'Where to?', '--model', 'm'],
    [
      { type: 'message_started', message_id: 'm2', message: reply({ text: '', status: 'streaming' }) },
      delta(0, 'To Lei'),
      delta(4, 'eipzig, '),
      delta(0, 'To Leipzig, tod'),
      { type: 'message_completed', message_id: 'm2', message: reply({ text: 'To Leipzig, today.' }) },
    ],
  );
  expect(code).toBe(0);
  expect(resumedBehind).toBe('c1:4');
  expect(out).toBe('To Leipzig, today.\n');
  expect(err).toBe('');
  expect(calls.at(-1)).toMatchObject({
    method: 'messages.create',
    params: { text: 'Where to?', model: 'm' },
  });
  expect(calls.at(-1)?.headers['idempotency-key']).toBeDefined();
});

it.each([
  [
    'blocked',
    { exit: { reason: 'sensitive_pii', severity: 'high', message: 'No.', details: {} } },
    /blocked: No\./,
  ],
  ['failed', { error: 'no\u001bmore' }, /failed: no more/],
  ['stopped', {}, /stopped/],
])('send: a reply that is %s ends with code 1 and says why', async (status, fields, expected) => {
  const end = {
    type: `message_${status}`,
    message_id: 'm2',
    message: reply({ text: '', status, ...fields }),
  };
  const { code, err } = await cli(['conversations', 'send', 'c1', 'x'], [end]);
  expect(code).toBe(1);
  expect(err).toMatch(expected);
});
