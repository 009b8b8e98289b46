/** Who may trigger a task from outside, and how often. Trees are accepted here; that they run is for the server tests. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTriggerRate } from '../../src/api/rpc/trigger-rate.ts';
import { inRanges } from '../../src/identity/client-address.ts';
import { hmacHeaders, standardHeaders } from '../support/sign-trigger.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const OPERATOR = 'the secret of the operator';
const BODY = '{"event":"pushed","ref":"ä"}';
const MINUTE_MS = 60_000;
const bob = { 'x-user': 'user-b' };

let api: TestApi;
const store = createMemoryStore();
beforeAll(async () => {
  api = await startTestApi(store);
});
afterAll(() => api?.stop());

async function newTask(): Promise<string> {
  const id = `task-${randomUUID()}`;
  await api.rpc('tasks.create', { id, name: 'triggered', schemas: { method: 'system_info_executor' } });
  return id;
}
const secretOf = async (id: string, more: object = {}) =>
  (await api.rpc('tasks.webhook.secret', { task_id: id, ...more })).result.secret as string;
async function trigger(id: string, headers: Record<string, string>, body = BODY) {
  const response = await api.post(`/webhook/trigger/${id}`, body, headers);
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}
const runsOf = async (id: string) =>
  (await store.runs.list({ limit: 1000, offset: 0 })).filter((run) => run.root_task_id === id);
/** As if the run had ended: the next one may start. */
async function endRuns(id: string): Promise<void> {
  for (const run of await runsOf(id)) store.putRun({ ...run, status: 'completed' });
}

describe('a signature', () => {
  it("of the operator's secret triggers any task, of the task's own secret that task", async () => {
    const [one, other] = [await newTask(), await newTask()];
    const triggered = { success: true, status: 'triggered', task_id: one, run_id: expect.any(String) };
    expect(await trigger(one, hmacHeaders(OPERATOR, BODY))).toMatchObject({ status: 200, body: triggered });
    await endRuns(one);
    const secret = await secretOf(one);
    expect((await trigger(one, standardHeaders(secret, BODY))).body).toMatchObject(triggered);
    await endRuns(one);
    expect((await trigger(one, hmacHeaders(secret, BODY))).body).toMatchObject(triggered);
    expect(await runsOf(one)).toHaveLength(3);
    expect((await trigger(other, standardHeaders(secret, BODY))).status).toBe(401);
    expect(await runsOf(other)).toEqual([]);
  });

  it.each<[string, (secret: string) => Record<string, string>, string]>([
    ['of another secret', () => hmacHeaders('another', BODY), 'X-Webhook-Signature does not match'],
    ['of another body', () => hmacHeaders(OPERATOR, `${BODY} `), 'X-Webhook-Signature does not match'],
    [
      'in upper case and cut',
      () => ({ ...hmacHeaders(OPERATOR, BODY), 'x-webhook-signature': 'AB' }),
      'does not match',
    ],
    [
      'six minutes old',
      () => hmacHeaders(OPERATOR, BODY, Date.now() - 6 * MINUTE_MS),
      'X-Webhook-Timestamp is more than five minutes',
    ],
    [
      'from the future',
      (secret) => standardHeaders(secret, BODY, { at: Date.now() + 6 * MINUTE_MS }),
      'webhook-timestamp is more than five minutes',
    ],
    [
      'without its time',
      () => ({ 'x-webhook-signature': hmacHeaders(OPERATOR, BODY)['x-webhook-signature'] ?? '' }),
      'X-Webhook-Timestamp is missing',
    ],
    [
      'with a time that is none',
      () => ({ ...hmacHeaders(OPERATOR, BODY), 'x-webhook-timestamp': 'today' }),
      'X-Webhook-Timestamp must be the time in Unix seconds',
    ],
    [
      'with another id',
      (secret) => ({ ...standardHeaders(secret, BODY), 'webhook-id': 'msg_other' }),
      'webhook-signature does not match',
    ],
    [
      'without its id',
      (secret) => ({ ...standardHeaders(secret, BODY), 'webhook-id': '' }),
      'webhook-id must be',
    ],
    [
      "of the operator's secret in the form of tasks",
      () => standardHeaders(Buffer.from(OPERATOR).toString('base64'), BODY),
      'webhook-signature does not match',
    ],
  ])('%s is refused', async (_what, headersOf, text) => {
    const id = await newTask();
    const { status, body } = await trigger(id, headersOf(await secretOf(id)));
    expect(status).toBe(401);
    expect(body).toMatchObject({ success: false, task_id: id, code: 'unauthorized' });
    expect(body.error).toContain(text);
    expect(await runsOf(id)).toEqual([]);
  });

  it('is checked for callers who are known as well', async () => {
    const id = await newTask();
    expect((await trigger(id, { 'x-user': 'user-a', ...hmacHeaders('wrong', BODY) })).status).toBe(401);
    const params = { task_id: id, signature: 'ab'.repeat(32), timestamp: Math.floor(Date.now() / 1_000) };
    const { error } = await api.rpc('tasks.webhook.trigger', params);
    expect(error?.data).toContain('signature does not match');
  });

  it('says that there is no such task only to holders of the operator’s secret', async () => {
    expect((await trigger('nobodys', hmacHeaders(OPERATOR, BODY))).status).toBe(404);
    const unknown = (await trigger('nobodys', hmacHeaders('wrong', BODY))).body;
    const id = await newTask();
    const known = (await trigger(id, hmacHeaders('wrong', BODY))).body;
    expect({ ...unknown, task_id: id, request_id: '' }).toEqual({ ...known, request_id: '' });
  });
});

describe('without a signature', () => {
  it('only the owner gets through', async () => {
    const id = await newTask();
    const foreign = await trigger(id, bob);
    expect(foreign.status).toBe(401);
    expect(foreign.body.error).toContain('send X-Webhook-Signature and X-Webhook-Timestamp');
    expect((await trigger('nobodys', bob)).body.error).toBe(foreign.body.error);
    expect((await api.rpc('tasks.webhook.trigger', { task_id: id }, bob)).status).toBe(404);
    expect(await runsOf(id)).toEqual([]);
    expect((await trigger(id, {}, '')).body).toMatchObject({ success: true, status: 'triggered' });
    const again = await trigger(id, {}, '');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      success: false,
      status: 'already_running',
      error: `Task ${id} is already running`,
    });
    await endRuns(id);
    const { result } = await api.rpc('tasks.webhook.trigger', { task_id: id });
    expect(result).toMatchObject({ success: true, status: 'triggered', task_id: id });
  });

  it('a credential that is no good is refused as everywhere', async () => {
    const id = await newTask();
    const { status, body } = await trigger(id, { 'x-user': 'bad' });
    expect(status).toBe(401);
    expect(body).toMatchObject({ success: false, error: 'Invalid or expired JWT token' });
  });

  it('takes any id that a task may have', async () => {
    const id = 'reports/2026 ü?#%';
    await api.rpc('tasks.create', { id, name: 'odd', schemas: { method: 'system_info_executor' } });
    const { path } = (await api.rpc('tasks.webhook.secret', { task_id: id })).result;
    const response = await api.post(path, BODY, hmacHeaders(OPERATOR, BODY));
    expect(await response.json()).toMatchObject({ success: true, task_id: id });
  });

  it('names what is wrong with a parameter', async () => {
    const id = await newTask();
    const response = await api.post(`/webhook/trigger/${id}?async=maybe`, '');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'async must be true or false', task_id: id });
    expect((await api.rpc('tasks.webhook.trigger', {})).error?.data).toBe('task_id is required');
  });
});

describe('a delivery that comes again', () => {
  it.each([
    ['HMAC', async (_id: string) => hmacHeaders(OPERATOR, BODY)],
    ['Standard Webhooks', async (id: string) => standardHeaders(await secretOf(id), BODY)],
  ])('%s: to the letter is refused, also at the same moment', async (_name, headersOf) => {
    const id = await newTask();
    const headers = await headersOf(id);
    const both = await Promise.all([trigger(id, headers), trigger(id, headers)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    await endRuns(id);
    const again = await trigger(id, headers);
    expect(again.status).toBe(409);
    expect(again.body.error).toContain('This request was accepted before');
    expect(await runsOf(id)).toHaveLength(1);
  });

  it('a message that is signed anew gets the first answer, and runs nothing', async () => {
    const id = await newTask();
    const secret = await secretOf(id);
    const first = await trigger(id, standardHeaders(secret, BODY, { id: 'msg_1' }));
    await endRuns(id);
    const at = Date.now() + 2_000;
    const again = await trigger(id, standardHeaders(secret, BODY, { id: 'msg_1', at }));
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await runsOf(id)).toHaveLength(1);
    expect((await trigger(id, standardHeaders(secret, BODY, { id: 'msg_2' }))).status).toBe(200);
    expect(await runsOf(id)).toHaveLength(2);
  });
});

describe('secrets of tasks', () => {
  it('are made, replaced with an overlap or without, and revoked', async () => {
    const id = await newTask();
    const works = async (secret: string) => {
      const { status } = await trigger(id, standardHeaders(secret, BODY));
      await endRuns(id);
      return status === 200;
    };
    const first = await secretOf(id);
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const second = await secretOf(id);
    expect([await works(first), await works(second)]).toEqual([true, true]);
    const third = await secretOf(id, { keep_previous_hours: 0 });
    expect([await works(first), await works(second), await works(third)]).toEqual([false, false, true]);
    const revoked = await api.rpc('tasks.webhook.revoke', { task_id: id });
    expect(revoked.result).toEqual({ task_id: id, revoked: true });
    expect(await works(third)).toBe(false);
  });

  it('are shown once, stored sealed, and gone with their task', async () => {
    const id = await newTask();
    const secret = await secretOf(id);
    const { created_at, charged_to } = (await store.tasks.get(id)) ?? {};
    expect(charged_to).toEqual({ subject: 'user:user-a', ip_hash: 'test', plan: 'free' });
    const owner = `trigger:${JSON.stringify(['user-a', id, created_at])}`;
    const rows = await store.secrets.list(owner);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify((await api.rpc('tasks.get', { task_id: id })).result)).not.toContain(secret);
    await api.rpc('tasks.delete', { task_id: id });
    expect(await store.secrets.list(owner)).toEqual([]);
    expect((await api.rpc('tasks.webhook.secret', { task_id: id }, bob)).status).toBe(404);
  });
});

it('addresses that are not listed cannot trigger, however well they sign', async () => {
  const narrow = await startTestApi(store, { deps: { mayTriggerFrom: inRanges(['192.0.2.0/24']) } });
  const id = await newTask();
  const refused = await narrow.post(`/webhook/trigger/${id}`, BODY, hmacHeaders(OPERATOR, BODY));
  expect(refused.status).toBe(403);
  const signed = { task_id: id, signature: 'ab'.repeat(32), timestamp: 1 };
  expect((await narrow.rpc('tasks.webhook.trigger', signed)).error?.data).toContain('/webhook/trigger');
  expect((await narrow.rpc('tasks.webhook.trigger', { task_id: id })).result.success).toBe(true);
  await narrow.stop();
});

it('senders have a limit, well signed or not', async () => {
  const clock = { ms: 0 };
  const triggerRate = createTriggerRate(2, () => clock.ms);
  const limited = await startTestApi(createMemoryStore(), { deps: { triggerRate } });
  const post = () => limited.post('/webhook/trigger/any', BODY, hmacHeaders('wrong', BODY));
  expect([(await post()).status, (await post()).status]).toEqual([401, 401]);
  const refused = await post();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('30');
  expect(await refused.json()).toMatchObject({
    success: false,
    error: 'Tasks may be triggered 2 times a minute',
    details: { reason: 'webhook_limit_exceeded', limit_per_minute: 2 },
  });
  clock.ms += 30_000;
  expect((await post()).status).toBe(401);
  await limited.stop();
});
