/** Agents end to end: their steps, and the person they wait for. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { echoMcpServer, type SeenCall } from '../executors/support/echo-mcp-server.ts';
import { listenLocally } from '../executors/support/listen-locally.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let fake: FakeProvider;
beforeAll(async () => {
  fake = await startFakeProvider();
  server = await startTestServer({ env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: fake.baseUrl } });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
});

const id = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const agent = (taskId: string, inputs: object, extra: object = {}) => ({
  id: taskId,
  name: taskId,
  schemas: { method: 'agent_executor' },
  inputs: {
    goal: 'add: {"expression": "1 + 1"}',
    tools: ['transform_executor'],
    model: 'agent-5',
    ...inputs,
  },
  ...extra,
});
const get = (taskId: string) => server.call('tasks.get', { task_id: taskId });
const stepsOf = (taskId: string) => server.call('tasks.children', { parent_id: taskId });
const waits = (taskId: string) =>
  vi.waitFor(async () => expect(await get(taskId)).toMatchObject({ wait: { kind: 'approval' } }), {
    timeout: 20_000,
    interval: 100,
  });
const ends = (taskId: string, status: string) =>
  vi.waitFor(async () => expect((await get(taskId)).status).toBe(status), { timeout: 20_000, interval: 100 });

async function start(tasks: object[]): Promise<string> {
  return (await server.call('tasks.execute', { tasks, wait_seconds: 0 })).run_id;
}

describe('an agent with an MCP server', () => {
  it('is offered its tools and calls them; its key is kept sealed', async () => {
    const [seen, credentials]: [SeenCall[], unknown[]] = [[], []];
    const handler = createMcpHandler(() => echoMcpServer(seen));
    const mcp = createServer(async (request, response) => {
      credentials.push(request.headers.authorization);
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts);
      const given = {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...(body.length === 0 ? {} : { body }),
      };
      const answer = await handler.fetch(new Request('http://local/mcp', given));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    const listening = await listenLocally(mcp);
    const url = `http://127.0.0.1:${listening.port}/mcp`;
    const mcp_servers = { local: { url, headers: { Authorization: 'Bearer canary-of-mcp' } } };
    const goal = 'say: {"text": "hello"}';
    try {
      const task = id('mcp');
      const inputs = { goal, mcp_servers, tools: ['mcp:local/echo'], model: 'agent-3' };
      const answer = await server.call('tasks.execute', { tasks: [agent(task, inputs)] });
      expect(answer.result).toMatchObject({ finished: true, answer: 'Done after 2 tools' });
      expect(answer.result.tool_calls[0]).toMatchObject({ tool: 'local__echo', ok: true });
      expect(seen.map(({ text }) => text)).toEqual(['hello', 'hello']);
      expect(new Set(credentials)).toEqual(new Set(['Bearer canary-of-mcp']));
      const offered = fake.calls.at(-1)?.body.tools;
      expect(offered.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
        'local__echo',
      ]);
      const shown = JSON.stringify([await get(task), await stepsOf(task)]);
      expect(shown).toContain('[secret]');
      expect(shown).not.toContain('canary-of-mcp');

      const wrong = await server.call('tasks.execute', {
        tasks: [agent(id('mcp'), { ...inputs, tools: ['mcp:local/nothing'] })],
      });
      expect(wrong.error).toMatch(/'mcp:local\/nothing' cannot be offered: the server has: echo/);
      const nowhere = await server.call('tasks.execute', {
        tasks: [agent(id('mcp'), { ...inputs, tools: ['mcp:other'] })],
      });
      expect(nowhere.error).toMatch(/mcp_servers has no 'other'/);
    } finally {
      await listening.close();
    }
  });
});

describe('an agent', () => {
  it('works with its tools to the end, and each step can be seen', async () => {
    const [root, worker] = [id('root'), id('worker')];
    const answer = await server.call('tasks.execute', {
      tasks: [
        { id: root, name: root, schemas: { method: 'aggregate_results_executor' }, dependencies: [worker] },
        agent(worker, {}, { parent_id: root }),
      ],
    });
    expect(answer.result.results[worker]).toMatchObject({
      finished: true,
      answer: 'Done after 4 tools',
      steps: 5,
    });
    const steps = await stepsOf(worker);
    expect(steps).toHaveLength(9);
    expect(steps[1]).toMatchObject({
      name: 'agent: transform_executor',
      result: { content: '{"result":2}', isOk: true },
      token_usage: null,
    });
    expect(steps[0].token_usage.total_tokens).toBeGreaterThan(0);
    expect(await get(steps[1].id)).toEqual(steps[1]);
    expect(await get(`${worker}:step:99`)).toBeNull();
  });

  it('waits for a person after its autonomous steps, and goes on where it was', async () => {
    const task = id('asking');
    const askedBefore = fake.calls.length;
    const runId = await start([agent(task, { autonomous_steps: 2 })]);
    await waits(task);
    expect(fake.calls.length - askedBefore).toBe(2);
    expect((await stepsOf(task)).at(-1)).toMatchObject({
      name: 'agent: may it go on after step 2?',
      status: 'in_progress',
      wait: { kind: 'approval' },
    });
    await server.call('runs.approve', {
      run_id: runId,
      task_id: task,
      comment: 'go on: {"expression": "2 + 2"}',
    });
    await vi.waitFor(() => expect(fake.calls.length - askedBefore).toBe(4), { timeout: 20_000 });
    await waits(task);
    await server.call('runs.approve', { run_id: runId, task_id: task });
    await ends(task, 'completed');
    const done = await get(task);
    expect(done.result).toMatchObject({ finished: true, steps: 5 });
    expect(done.result.tool_calls.map(({ result }: { result: string }) => result)).toEqual([
      '{"result":2}',
      '{"result":2}',
      '{"result":4}',
      '{"result":4}',
    ]);
    expect(fake.calls.length - askedBefore).toBe(5);
    expect(new Set(fake.calls.slice(askedBefore).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(5);
    const events = await server.call('runs.events', { run_id: runId });
    const waiting = events.filter(({ type }: { type: string }) => type === 'task-waiting');
    expect(waiting).toHaveLength(2);
    expect(waiting[0].data.message).toMatch(/has worked 2 steps on its own/);
    expect((await stepsOf(task)).every(({ status }: { status: string }) => status === 'completed')).toBe(
      true,
    );
  });

  it('stops when a person says no, and when nobody decides in time', async () => {
    const [refused, left] = [id('refused'), id('left')];
    const runId = await start([agent(refused, { autonomous_steps: 1 })]);
    await waits(refused);
    await server.call('runs.reject', { run_id: runId, task_id: refused });
    await ends(refused, 'completed');
    expect((await get(refused)).result).toMatchObject({ finished: false, stopped: 'rejected', steps: 1 });
    await start([agent(left, { autonomous_steps: 1, approval_timeout_seconds: 1 })]);
    await ends(left, 'completed');
    expect((await get(left)).result).toMatchObject({ stopped: 'no_decision', steps: 1 });
  });

  it('cancelled while it waits it is cancelled, and what it spent is billed', async () => {
    const task = id('cancelled');
    const billed = async () => (await server.call('usage.summary', {})).total?.tokens.total ?? 0;
    const billedBefore = await billed();
    await start([agent(task, { autonomous_steps: 2 })]);
    await waits(task);
    const spent = (await stepsOf(task)).reduce(
      (sum: number, step: { token_usage: { total_tokens: number } | null }) =>
        sum + (step.token_usage?.total_tokens ?? 0),
      0,
    );
    expect(spent).toBeGreaterThan(0);
    await server.call('tasks.cancel', { task_ids: [task] });
    await ends(task, 'cancelled');
    await vi.waitFor(async () => expect((await billed()) - billedBefore).toBe(spent), { timeout: 10_000 });
    expect((await stepsOf(task)).at(-1)).toMatchObject({ status: 'cancelled' });
  });

  it('cancelled in the middle it stops at once, and what it spent is billed', async () => {
    const task = id('stopped');
    const billed = async () => (await server.call('usage.summary', {})).total?.tokens.total ?? 0;
    const billedBefore = await billed();
    const askedBefore = fake.calls.length;
    fake.next('agent-5', 'agent-5', 'hang');
    await start([agent(task, {})]);
    await fake.arrived(askedBefore + 3);
    await server.call('tasks.cancel', { task_ids: [task] });
    await ends(task, 'cancelled');
    const steps = await stepsOf(task);
    expect(steps.map(({ status }: { status: string }) => status)).toEqual([
      ...['completed', 'completed', 'completed', 'completed'],
      'cancelled',
    ]);
    const spent = steps.reduce(
      (sum: number, step: { token_usage: { total_tokens: number } | null }) =>
        sum + (step.token_usage?.total_tokens ?? 0),
      0,
    );
    await vi.waitFor(async () => expect((await billed()) - billedBefore).toBe(spent), { timeout: 10_000 });
  });

  it('goes on from the step that failed, and pays for each answer once', async () => {
    const task = id('failing');
    const askedBefore = fake.calls.length;
    const billed = async () => (await server.call('usage.summary', {})).total?.tokens.total ?? 0;
    const billedBefore = await billed();
    fake.next('agent-5', 'agent-5', 'broken');
    await start([agent(task, {}, { policy: { backoff_ms: 1 } })]);
    await ends(task, 'completed');
    expect(fake.calls.length - askedBefore).toBe(6);
    const { token_usage: used } = await get(task);
    await vi.waitFor(async () => expect((await billed()) - billedBefore).toBe(used.total_tokens), {
      timeout: 10_000,
    });
  });

  it('a loop over agents waits with the agent inside it', async () => {
    const task = id('nested');
    const inputs = {
      goal: 'add: {"expression": "1 + 1"}',
      tools: ['transform_executor'],
      autonomous_steps: 2,
      model: 'agent-3',
    };
    const loop = { executor: 'agent_executor', inputs, max_iterations: 1 };
    const runId = await start([{ id: task, name: task, schemas: { method: 'loop_executor' }, inputs: loop }]);
    await waits(task);
    await server.call('runs.approve', { run_id: runId, task_id: task });
    await ends(task, 'completed');
    expect((await get(task)).result).toMatchObject({ last: { finished: true, steps: 3 } });
    const tree = await server.call('tasks.tree', { task_id: task });
    expect(tree.children).toHaveLength(1);
    expect(tree.children[0].children).toHaveLength(6);
  });
});

describe('a crew', () => {
  const works = {
    agents: {
      one: { role: 'the first', goal: 'begin' },
      two: { role: 'the second', goal: 'end', tools: ['transform_executor'] },
    },
    tasks: {
      begin: { description: 'Begin', agent: 'one' },
      end: { description: 'End: {"expression": "1 + 1"}', agent: 'two' },
    },
  };
  const crewTask = (taskId: string, extra: object = {}) => ({
    id: taskId,
    name: taskId,
    schemas: { method: 'crewai_executor' },
    params: { works, model: 'agent-2' },
    ...extra,
  });

  it('does its tasks as steps, under the name the original had', async () => {
    const task = id('crew');
    const answer = await server.call('tasks.execute', { tasks: [crewTask(task)] });
    expect(answer).toMatchObject({
      success: true,
      result: { status: 'success', result: 'Done after 1 tools' },
    });
    const steps = await stepsOf(task);
    expect(steps.map(({ name }: { name: string }) => name)).toEqual([
      'begin',
      'begin (2)',
      'end',
      'end: transform_executor',
      'end (2)',
    ]);
    const used = steps.map(
      (step: { token_usage: { total_tokens: number } | null }) => step.token_usage?.total_tokens ?? 0,
    );
    const { token_usage: whole } = await get(task);
    expect(whole.total_tokens).toBe(used.reduce((sum: number, one: number) => sum + one, 0));
  });

  it('goes on from the task that failed', async () => {
    const task = id('crew');
    const askedBefore = fake.calls.length;
    fake.next('echo', 'broken');
    await start([crewTask(task, { policy: { backoff_ms: 1 } })]);
    await ends(task, 'completed');
    expect(
      fake.calls.slice(askedBefore).map(({ body }) => String(body.messages[0].content).slice(0, 15)),
    ).toEqual(['You are the fir', ...['You are the sec', 'You are the sec', 'You are the sec']]);
  });
});

describe('a plan as a task', () => {
  it('holds tasks that can be created, and runs none of them', async () => {
    const [task, cpu] = [id('plan'), id('cpu')];
    const planned = { name: cpu, executor: 'system_info_executor', inputs: { resource: 'cpu' } };
    fake.next(() => JSON.stringify({ tasks: [{ ...planned, executor: 'no_executor' }] }));
    fake.next(() => JSON.stringify({ tasks: [planned] }));
    const inputs = { requirement: 'look at the CPU' };
    const answer = await server.call('tasks.execute', {
      tasks: [{ id: task, name: task, schemas: { method: 'generate_executor' }, inputs }],
    });
    expect(answer.result).toMatchObject({ count: 1, repairs: 1, tasks: [{ name: cpu }] });
    expect((await get(task)).token_usage.total_tokens).toBeGreaterThan(0);
    const created = await server.call('tasks.create', answer.result.tasks);
    expect(JSON.stringify(created)).toContain(cpu);
    expect(await get(answer.result.tasks[0].id)).toMatchObject({ name: cpu, status: 'pending' });
  });
});
