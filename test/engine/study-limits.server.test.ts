/** Studies at their limits: quotas, the share of a free tree, what a model lets slip, the largest there is, metrics. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Study } from '../../src/core/study/study.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { studyAnswer } from '../llm/study-answers.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let fake: FakeProvider;
let server: TestServer;

beforeAll(async () => {
  fake = await startFakeProvider({ answerTo: studyAnswer });
  server = await startTestServer({
    env: {
      OPENAI_API_KEY: 'sk-study',
      OPENAI_BASE_URL: fake.baseUrl,
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_DAILY_PER_USER: '3',
      RATE_LIMIT_DAILY_LLM_PER_USER: '2',
      LLM_FREE_TREE_MAX_CALLS: '5',
      LLM_FREE_TREE_MAX_TOKENS: '10000000',
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
});

const run = (params: object, user: string) =>
  server.rpc(
    'studies.run',
    { feature: 'A shared shopping list', persona_ids: [1, 2], turns: 1, wait_seconds: 60, ...params },
    { 'user-agent': user },
  );

it('counts a study as a tree; beyond the share of models it is a demo, beyond the trees it is refused', async () => {
  const before = fake.calls.length;
  const first = await run({}, 'ann');
  expect(first.body.result.study.demo).toEqual({ active: false, reason: null, turns: 0 });
  expect(first.body.result.quota_info).toMatchObject({ total_used: 1, llm_used: 1 });
  // Asked for as a demo it takes nothing of the models' share.
  const asked = await run({ use_demo: true }, 'ann');
  expect(asked.body.result.quota_info).toMatchObject({ total_used: 2, llm_used: 1 });
  expect(asked.body.result.study.demo).toMatchObject({ reason: 'requested', turns: 2 });
  expect(fake.calls.length - before).toBe(3);
  const bob = [await run({}, 'bob'), await run({}, 'bob'), await run({}, 'bob')];
  expect(fake.calls.length - before).toBe(9);
  const { study } = bob[2]?.body.result ?? {};
  expect(study).toMatchObject({ status: 'completed', demo: { active: true, turns: 2 } });
  const turn = await server.rpc('tasks.get', { task_id: `${study.study_id}.r1.p1` }, { 'user-agent': 'bob' });
  expect(turn.body.result.demo).toEqual({ active: true, reason: 'llm_quota_exceeded' });
  const refused = await run({}, 'bob');
  expect([refused.status, refused.body.error.code]).toEqual([429, -32001]);
  const { studies } = (await server.rpc('studies.list', {}, { 'user-agent': 'bob' })).body.result;
  expect(studies).toHaveLength(3);
});

it('says which turns were made by rules when a free tree has had its share', async () => {
  const { study } = (await run({ persona_ids: [1, 2, 3, 4], turns: 2 }, 'carl')).body.result as {
    study: Study;
  };
  expect(study.status).toBe('completed');
  const demo = study.conversation.filter((turn) => turn.demo);
  expect(study.demo).toMatchObject({ active: true, turns: demo.length });
  expect(demo.length).toBe(3);
  for (const turn of study.conversation) expect(turn.text.startsWith('I am ')).toBe(!turn.demo);
});

it('masks what a model lets slip before anybody sums it up', async () => {
  const before = fake.calls.length;
  fake.next(
    () => 'Write to me at maria.keller@example.org and I will tell you more.',
    () => 'My number is 078-05-1120 by the way.',
  );
  const { study } = (await run({}, 'dora')).body.result as { study: Study };
  expect(study.status).toBe('completed');
  expect(study.output_exit?.reason).toBe('sensitive_pii');
  expect(JSON.stringify(study)).not.toMatch(/keller@example|078-05/);
  expect(study.conversation.filter(({ redacted }) => redacted).length).toBeGreaterThan(0);
  expect(JSON.stringify(fake.calls[before + 2]?.body.messages)).not.toMatch(/keller@example|078-05/);
});

it('the largest study runs by rules, and its answer is whole', { timeout: 240_000 }, async () => {
  const { study: small } = (await run({ use_demo: true }, 'emma')).body.result as { study: Study };
  const draft = (index: number) => ({
    name: `Guest ${index}`,
    occupation: 'baker',
    location: 'Lyon',
    tech_proficiency: 'Low' as const,
    behavioral_traits: ['patient'],
  });
  const made = await server.app.store.personas.create({
    owner: small.user_id,
    drafts: Array.from({ length: 8 }, (_, index) => draft(index)),
    at: '2026-11-28T00:00:00.000000+00:00',
    mostOfOwner: 100,
  });
  const own = made.map(({ id }) => id);
  const persona_ids = [...Array.from({ length: 12 }, (_, index) => index + 1), ...own];
  const { study } = (await run({ persona_ids, turns: 10, use_demo: true, wait_seconds: 200 }, 'emma')).body
    .result as { study: Study };
  expect(study).toMatchObject({ status: 'completed', demo: { turns: 200 } });
  expect(study.conversation.map(({ turn }) => turn)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  expect(study.report?.sentiment).toHaveLength(20);
});

it('is counted and timed where older dashboards look', async () => {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/app_requests_total\{[^}]*endpoint="studies.run"[^}]*\} \d/);
  expect(metrics).toMatch(/app_requests_total\{[^}]*status="error"[^}]*\} \d|status="error"/);
  expect(metrics).toMatch(/app_response_time_seconds_count\{[^}]*endpoint="studies.run"/);
});
