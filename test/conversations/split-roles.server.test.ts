/** Replies where two API processes and killable workers share PostgreSQL and Temporal. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { uuidV7 } from '../../src/core/ids.ts';
import type { NewReply } from '../../src/ports/conversation-store.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { createDatabase } from '../support/postgres.ts';
import { freePort, ServerProcess } from '../support/server-process.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { type Body, shownText, type Talk, talkTo } from './support/talk.ts';

const USER = { 'user-agent': 'the same for all' };
let provider: FakeProvider;
let api: TestServer;
let other: TestServer;
let worker: ServerProcess;
let talk: Talk;
let elsewhere: Talk;
let dataDir: string;
const namespace = `test-${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  provider = await startFakeProvider({ wordMs: 60 });
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-worker-'));
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const model = { OPENAI_API_KEY: 'sk-server', OPENAI_BASE_URL: provider.baseUrl, OPENAI_MODEL: 'slow' };
  const env = {
    ROLE: 'api',
    RATE_LIMIT_ENABLED: 'true',
    JWT_SECRET: 'a secret of tokens, the same for all',
    ...model,
  };
  api = await startTestServer({ databaseUrl, namespace, env });
  other = await startTestServer({ databaseUrl, namespace, env });
  worker = new ServerProcess({
    dataDir,
    port: await freePort(),
    env: {
      ROLE: 'worker',
      DATABASE_URL: databaseUrl,
      TASKGROVE_SECRET: 'a secret of the tests, long enough',
      JWT_SECRET: env.JWT_SECRET,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      LOG_FILE: join(dataDir, 'worker.log'),
      ...model,
    },
  });
  await worker.start();
  talk = talkTo(api.url, USER);
  elsewhere = talkTo(other.url, USER);
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  for (const server of [other, api]) await server?.stop();
  await provider?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
const isEnd = (id: string) => (event: Body) =>
  event.message_id === id && /message_(completed|failed|stopped|blocked)/.test(event.type);

test('what one process accepts, the worker writes, and another process streams and stops', async () => {
  const id = await talk.open();
  const streams = [await talk.follow(id), await elsewhere.follow(id)];
  const { reply } = await talk.say(id, words(30));
  for (const stream of streams) {
    const end = await stream.until(isEnd(reply.message_id));
    expect(end.message.status).toBe('completed');
    expect(stream.events.filter((event) => event.type === 'message_delta').length).toBeGreaterThan(3);
    expect(shownText(stream.events, reply.message_id)).toBe(end.message.text);
    stream.close();
  }
  const next = await talk.say(id, words(300));
  const stream = await talk.follow(id);
  await stream.until((event) => event.type === 'message_delta' && event.message_id === next.reply.message_id);
  const before = provider.hungUp.length;
  const askedAt = Date.now();
  expect((await elsewhere.http('POST', `/conversations/${id}/stop`)).body.stopped).toHaveLength(1);
  await expect.poll(() => provider.hungUp.length, { interval: 20 }).toBeGreaterThan(before);
  expect(Date.now() - askedAt).toBeLessThan(1_000);
  stream.close();
});

test('kill -9 of the worker in the middle: one reply, made once, and clients drop what they had', async () => {
  const id = await talk.open();
  const stream = await talk.follow(id);
  const asked = provider.calls.length;
  const { reply } = await talk.say(id, words(60));
  await stream.until((event) => event.type === 'message_delta');
  await worker.kill();
  await worker.start();
  const end = await stream.until(isEnd(reply.message_id), 60_000);
  expect(end.message).toMatchObject({ status: 'completed', revision: 1 });
  expect(end.message.text).toContain('w59');
  expect(stream.events.map((event) => event.type)).toContain('message_restarted');
  expect(shownText(stream.events, reply.message_id)).toBe(end.message.text);
  expect(provider.calls.length - asked).toBe(2);
  const { messages } = (await talk.http('GET', `/conversations/${id}/messages`)).body;
  expect(messages.map((it: Body) => [it.role, it.status])).toEqual([
    ['user', 'completed'],
    ['assistant', 'completed'],
  ]);
  stream.close();
}, 120_000);

/** As after a crash between the commit and the start. */
async function acceptedOnly(conversationId: string): Promise<NewReply> {
  const options = { plan: 'free', llmKeys: null, demoReason: null, model: 'echo' };
  const reply = { replyId: uuidV7(), messageId: uuidV7(), options, secrets: [], uses: [] };
  const message = { conversationId, messageId: uuidV7(), text: 'left alone', title: 't' };
  await api.app.store.conversations.post({ ...message, reply });
  return reply;
}

test('a reply that was accepted and never started is found and written', async () => {
  const id = await talk.open();
  const reply = await acceptedOnly(id);
  await other.app.engine.reconciler.round(0);
  expect((await talk.settled(id, reply.messageId)).status).toBe('completed');
});

test('a reply whose workflow was terminated by hand is ended, and can be made anew', async () => {
  const id = await talk.open();
  const { reply } = await talk.say(id, words(300));
  const stream = await talk.follow(id, { 'last-event-id': '0' });
  await stream.until((event) => event.type === 'message_delta');
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const client = new Client({ connection, namespace });
  await client.workflow.getHandle(`conversation:${id}:${reply.message_id}:1`).terminate('by hand');
  await other.app.engine.reconciler.round(0);
  const failed = await talk.settled(id, reply.message_id);
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringMatching(/terminated/) });
  const path = `/conversations/${id}/messages/${reply.message_id}/regenerate`;
  expect((await talk.http('POST', path, { model: 'echo' })).status).toBe(202);
  expect((await talk.settled(id, reply.message_id)).status).toBe('completed');
  stream.close();
  await connection.close();
});
