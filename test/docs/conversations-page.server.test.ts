/** The commands of docs/conversations.md, run by a shell as they stand there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METHOD_TABLE } from '../../src/api/method-table.ts';
import { CONVERSATION_EVENT_TYPES } from '../../src/core/conversation/conversation-event.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const page = new URL('../../docs/conversations.md', import.meta.url);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('all of them work, without any key', async () => {
  const text = await readFile(page, 'utf8');
  const script = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map(([, block = '']) => block.replaceAll('http://127.0.0.1:8000', server.url))
    .join('\necho\n')
    // Each answer on a line of its own.
    .replaceAll(/^curl /gm, 'echo; curl ');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const lines = stdout.split('\n');
  const [said, listed, patched, stopped] = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  expect(said).toMatchObject({
    message: { text: 'Which city has the most bridges?' },
    reply: { status: 'pending' },
  });
  const events = lines.filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)));
  expect(events[0]).toMatchObject({ type: 'stream_open' });
  const end = events.find(({ type }) => type === 'message_completed');
  expect(end.message).toMatchObject({ status: 'completed', demo_mode: true, demo_reason: 'no_llm_key' });
  expect(listed.messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant']);
  expect(patched).toMatchObject({ title: 'Bridges', version: 2 });
  expect(stopped).toMatchObject({ stopped: [] });
});

it('names every route and every event', async () => {
  const text = await readFile(page, 'utf8');
  for (const type of CONVERSATION_EVENT_TYPES) expect(text).toContain(`\`${type.replaceAll('-', '_')}\``);
  for (const { name, rest } of METHOD_TABLE) {
    if (!/^(conversations|messages)\./.test(name)) continue;
    const last =
      rest?.path
        .split('/')
        .at(-1)
        ?.replace(/^:(\w+)$/, '{$1}') ?? '';
    expect(text).toContain(last.replace('conversation_id', 'id'));
    expect(text).toContain(rest?.verb);
  }
});
