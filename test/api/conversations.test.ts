/** Conversations over plain HTTP and JSON-RPC on a real store; replies are for the server tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let api: TestApi;
let store: Store;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-talk-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store, { settings: { smallBodyBytes: 1024 * 1024 } });
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as clients do, field by field
  readonly body: any;
}
async function http(
  verb: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(api.url + path, {
    method: verb,
    headers: { 'content-type': 'application/json', 'x-user': 'ann', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}
const newConversation = async (body: object = {}, headers = {}): Promise<string> =>
  (await http('POST', '/conversations', body, headers)).body.conversation_id;
const say = (id: string, text: string, headers = {}) =>
  http('POST', `/conversations/${id}/messages`, { text, reply: false }, headers);

describe('conversations', () => {
  it('are made, read, replaced, changed and deleted', async () => {
    const made = await http('POST', '/conversations', {
      title: 'Cafe\u0301',
      system_prompt: 'Be kind',
      metadata: { project: 7 },
      unknown: 'ignored',
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ title: 'Café', user_id: 'ann', version: 1, message_count: 0 });
    const path = `/conversations/${made.body.conversation_id}`;
    expect(made.headers.get('location')).toBe(path);
    expect(made.headers.get('etag')).toBe('"1"');
    const patched = await http('PATCH', path, { title: null }, { 'if-match': '"1"' });
    expect(patched.body).toMatchObject({ title: null, system_prompt: 'Be kind', version: 2 });
    const late = await http('PUT', path, { title: 'late' }, { 'if-match': '"1"' });
    expect([late.status, late.body.error.code]).toEqual([412, 'precondition_failed']);
    const replaced = await http('PUT', path, { title: 'New' });
    expect(replaced.body).toMatchObject({ title: 'New', system_prompt: null, metadata: {}, version: 3 });
    expect((await http('GET', path)).body).toEqual(replaced.body);
    expect((await http('DELETE', path, undefined, { 'if-match': '2' })).status).toBe(412);
    expect((await http('DELETE', path)).status).toBe(204);
    expect((await http('GET', path)).status).toBe(404);
    expect((await http('DELETE', path)).status).toBe(404);
  });

  it.each([
    ['title', { title: 'x'.repeat(201) }],
    ['system_prompt', { system_prompt: 'x'.repeat(16_001) }],
    ['title', { title: 'bell \u0007' }],
    ['metadata', { metadata: { big: 'x'.repeat(17_000) } }],
    ['metadata', { metadata: 'no object' }],
    ['model', { model: 5 }],
  ])('%s that does not fit is 422 and named', async (field, body) => {
    const answer = await http('POST', '/conversations', body);
    expect(answer.status).toBe(422);
    expect(answer.body.error.message).toContain(field);
  });

  it('are listed in pages that what is added meanwhile does not move', async () => {
    const user = { 'x-user': 'lister' };
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push(await newConversation({ title: `c${index}` }, user));
    const first = await http('GET', '/conversations?limit=2', undefined, user);
    expect(first.body.conversations.map((it: { title: string }) => it.title)).toEqual(['c4', 'c3']);
    await newConversation({ title: 'meanwhile' }, user);
    const next = `/conversations?limit=2&cursor=${first.body.next_cursor}`;
    const second = await http('GET', next, undefined, user);
    expect(second.body.conversations.map((it: { title: string }) => it.title)).toEqual(['c2', 'c1']);
    const third = await http('GET', `/conversations?cursor=${second.body.next_cursor}`, undefined, user);
    expect(third.body).toMatchObject({ conversations: [{ title: 'c0' }], next_cursor: null });
    expect(
      (await http('GET', '/conversations', undefined, { 'x-user': 'nobody' })).body.conversations,
    ).toEqual([]);
    for (const query of ['cursor=made-up', 'limit=0', 'limit=101', 'limit=x'])
      expect((await http('GET', `/conversations?${query}`, undefined, user)).status).toBe(422);
    const other = await http('GET', '/conversations?user_id=lister', undefined, { 'x-user': 'root;admin' });
    expect(other.body.conversations).toHaveLength(6);
  });

  it('an Idempotency-Key makes one of two, and another body under it is a conflict', async () => {
    const headers = { 'idempotency-key': 'one' };
    const [one, two] = [
      await http('POST', '/conversations', { title: 'once' }, headers),
      await http('POST', '/conversations', { title: 'once' }, headers),
    ];
    expect(two.body.conversation_id).toBe(one.body.conversation_id);
    expect((await http('POST', '/conversations', { title: 'other' }, headers)).status).toBe(409);
    const both = await Promise.all(
      [1, 2].map(() => http('POST', '/conversations', { title: 'race' }, { 'idempotency-key': 'two' })),
    );
    expect(both[0]?.body.conversation_id).toBe(both[1]?.body.conversation_id);
  });
});

describe('messages', () => {
  it('are kept as sent after NFC, name the conversation, and are read in pages both ways', async () => {
    const id = await newConversation();
    const said = await say(id, ' <b>Cafe\u0301</b>\r\n\u200d 🎈\t"q" ');
    expect(said.status).toBe(201);
    expect(said.body.message).toMatchObject({
      text: ' <b>Café</b>\r\n\u200d 🎈\t"q" ',
      role: 'user',
      version: 1,
    });
    expect(said.body.reply).toBeNull();
    expect(said.headers.get('location')).toBe(
      `/conversations/${id}/messages/${said.body.message.message_id}`,
    );
    expect((await http('GET', `/conversations/${id}`)).body.title).toBe('<b>Café</b>');
    for (const text of ['two', 'three', 'four']) await say(id, text);
    const page = await http('GET', `/conversations/${id}/messages?limit=3`);
    const rest = await http('GET', `/conversations/${id}/messages?cursor=${page.body.next_cursor}`);
    expect(rest.body).toMatchObject({ messages: [{ text: 'four' }], next_cursor: null });
    const newest = await http('GET', `/conversations/${id}/messages?order=desc&limit=2`);
    expect(newest.body.messages.map((it: { text: string }) => it.text)).toEqual(['four', 'three']);
    const wrong = `/conversations/${id}/messages?order=asc&cursor=${newest.body.next_cursor}`;
    expect((await http('GET', wrong)).status).toBe(422);
  });

  it.each([
    ['text', 422, { text: '' }],
    ['text', 422, { text: ' \n ' }],
    ['text', 422, {}],
    ['text', 422, { text: 5 }],
    ['text', 422, { text: 'x'.repeat(32_001) }],
    ['text', 422, { text: 'esc \u001b[2J' }],
    ['role', 403, { text: 'x', role: 'assistant' }],
    ['role', 403, { text: 'x', role: 'system' }],
    ['role', 422, { text: 'x', role: 'king' }],
  ])('%s that does not fit is %i', async (field, status, body) => {
    const id = await newConversation();
    const answer = await http('POST', `/conversations/${id}/messages`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(field);
    expect((await http('GET', `/conversations/${id}/messages`)).body.messages).toEqual([]);
  });

  it('edits keep what was said before; versions are held to; deletes delete', async () => {
    const id = await newConversation();
    const { message } = (await say(id, 'one')).body;
    const path = `/conversations/${id}/messages/${message.message_id}`;
    const edited = await http('PUT', path, { text: 'two' }, { 'if-match': '"1"' });
    expect(edited.body.message).toMatchObject({ text: 'two', version: 2, revision: 2 });
    expect((await http('PUT', path, { text: 'three' }, { 'if-match': '"1"' })).status).toBe(412);
    await http('PUT', path, { text: 'three' });
    const { revisions } = (await http('GET', `${path}/revisions`)).body;
    expect(revisions.map((it: { text: string }) => it.text)).toEqual(['three', 'two', 'one']);
    const paged = await http('GET', `${path}/revisions?limit=2`);
    const more = await http('GET', `${path}/revisions?limit=2&cursor=${paged.body.next_cursor}`);
    expect(more.body).toMatchObject({ revisions: [{ text: 'one', is_current: false }], next_cursor: null });
    expect((await http('GET', path)).headers.get('etag')).toBe('"3"');
    expect((await http('DELETE', path)).status).toBe(204);
    expect((await http('GET', path)).status).toBe(404);
    expect((await http('GET', `${path}/revisions`)).status).toBe(404);
    const [row] = (await store.conversations.revisions(message.message_id, { limit: 1 })) ?? [];
    expect(row).toBeUndefined();
  });

  it("somebody else's conversation does not exist, whatever is tried; an admin sees it", async () => {
    const id = await newConversation({ title: 'mine' });
    const { message } = (await say(id, 'secret')).body;
    const path = `/conversations/${id}`;
    const one = `${path}/messages/${message.message_id}`;
    const tries: [string, string, object?][] = [
      ['GET', path],
      ['PUT', path, { title: 'x' }],
      ['PATCH', path, { title: 'x' }],
      ['DELETE', path],
      ['POST', `${path}/stop`],
      ['GET', `${path}/messages`],
      ['POST', `${path}/messages`, { text: 'x' }],
      ['GET', one],
      ['PUT', one, { text: 'x' }],
      ['DELETE', one],
      ['GET', `${one}/revisions`],
      ['POST', `${one}/regenerate`],
    ];
    for (const [verb, at, body] of tries) {
      const answer = await http(verb, at, body, { 'x-user': 'bob' });
      expect([verb, at, answer.status]).toEqual([verb, at, 404]);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
    // Nor does a message of yours in a conversation of theirs.
    const own = await newConversation({}, { 'x-user': 'bob' });
    const crossed = `/conversations/${own}/messages/${message.message_id}`;
    expect((await http('GET', crossed, undefined, { 'x-user': 'bob' })).status).toBe(404);
    expect((await http('GET', one, undefined, { 'x-user': 'root;admin' })).body.text).toBe('secret');
  });

  it('JSON-RPC says the same', async () => {
    const made = await api.rpc('conversations.create', { title: 'rpc' }, { 'x-user': 'ann' });
    const conversation_id = made.result.conversation_id;
    const said = await api.rpc(
      'messages.create',
      { conversation_id, text: 'hi', reply: false },
      { 'x-user': 'ann' },
    );
    const listed = await api.rpc('messages.list', { conversation_id }, { 'x-user': 'ann' });
    expect(listed.result.messages).toEqual([said.result.message]);
    expect(
      await api.rpc('messages.create', { conversation_id, text: '' }, { 'x-user': 'ann' }),
    ).toMatchObject({
      status: 400,
      error: { code: -32602 },
    });
    expect((await api.rpc('conversations.delete', { conversation_id }, { 'x-user': 'ann' })).result).toEqual({
      deleted: true,
      conversation_id,
    });
  });
});
