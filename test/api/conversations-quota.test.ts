/** What replies count: a meter of their own, no tree, no slot; beyond it they are written by rules. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../../src/core/conversation/reply.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const started: Reply[] = [];
let api: TestApi;
let store: Store;
let dataDir: string;

/** Answers at once, so that the next message may come. */
const replies = {
  start: async (reply: Reply) => {
    started.push(reply);
    const facts = { model: null, exit: null, usage: null, demoReason: null, error: null };
    await store.conversations.finish(reply.replyId, null, { status: 'completed', text: 'x', ...facts });
  },
  cancel: async () => undefined,
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-talk-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store, { limits: { isEnabled: true }, deps: { replies } });
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function say(user: string, times: number, headers = {}): Promise<(string | null)[]> {
  const as = { 'x-user': user, ...headers };
  const { conversation_id } = (await api.rpc('conversations.create', {}, as)).result;
  const before = started.length;
  for (let index = 0; index < times; index++) {
    const answer = await api.rpc('messages.create', { conversation_id, text: 'hi' }, as);
    expect(answer.status).toBe(200);
  }
  return started.slice(before).map(({ options }) => options.demoReason);
}

it('the 51st reply of a day is a demo, for this user alone; trees are not counted', async () => {
  const reasons = await say('ann', 52);
  expect(reasons.slice(0, 50).every((reason) => reason === null)).toBe(true);
  expect(reasons.slice(50)).toEqual(['conversation_quota_exceeded', 'conversation_quota_exceeded']);
  expect(await say('bob', 1)).toEqual([null]);
  const status = await fetch(`${api.url}/api/quota/status`, { headers: { 'x-user': 'ann' } });
  expect(await status.json()).toMatchObject({ quota: { total_used: 0, llm_used: 0 } });
});

it('a key of your own is not limited, and is sealed for the reply alone', async () => {
  const own = { 'x-llm-api-key': 'openai:sk-own' };
  expect(await say('ann', 1, own)).toEqual([null]);
  expect(started.at(-1)?.options).toMatchObject({
    plan: 'premium',
    llmKeys: { hasOwn: true, isPremium: true },
  });
  expect(await store.secrets.list(`run:${started.at(-1)?.replyId}`)).toEqual([]);
  expect(JSON.stringify(started)).not.toContain('sk-own');
});

it('a message that is refused costs nothing', async () => {
  const as = { 'x-user': 'carl' };
  const { conversation_id } = (await api.rpc('conversations.create', {}, as)).result;
  for (let index = 0; index < 60; index++) {
    const refused = await api.rpc('messages.create', { conversation_id: 'nobody', text: 'hi' }, as);
    expect(refused.status).toBe(404);
  }
  await api.rpc('messages.create', { conversation_id, text: 'hi', use_demo: true }, as);
  expect(started.at(-1)?.options.demoReason).toBe('requested');
  expect(await say('carl', 1)).toEqual([null]);
});
