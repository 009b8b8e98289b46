/** kill -9 in the middle of an agent's thirty steps: it goes on from the last one, and nothing is paid twice. */
import { expect, it, onTestFinished } from 'vitest';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { post, serverProcess, testFolder, until } from './wire.ts';

const STEPS = 30;

it('goes on from the last finished step, and bills each answer once', async () => {
  const fake = await startFakeProvider({ wordMs: 60 });
  onTestFinished(() => fake.stop());
  const server = await serverProcess(await testFolder(), {
    OPENAI_BASE_URL: fake.baseUrl,
    HEARTBEAT_TIMEOUT_MS: '2000',
    LLM_FREE_TREE_MAX_CALLS: '100',
    LLM_FREE_TREE_MAX_TOKENS: '10000000',
  });
  await server.start();
  const inputs = {
    goal: 'look again and again: {"expression": "1 + 1"}',
    tools: ['executor:transform_executor'],
    model: `slow-agent-${STEPS}`,
    max_steps: STEPS,
    autonomous_steps: STEPS,
  };
  const tasks = [{ id: 'agent', name: 'agent', schemas: { method: 'agent_executor' }, inputs }];
  const { body } = await post(server.url, 'tasks.execute', { tasks, wait_seconds: 0 });
  const { run_id } = body.result;
  for (const calls of [8, 20]) {
    await fake.arrived(calls);
    await server.kill();
    await server.start();
  }
  await until('the agent is done', 60_000, async () => {
    const { body: run } = await post(server.url, 'runs.get', { run_id });
    return run.result.status === 'completed';
  });

  const task = (await post(server.url, 'tasks.get', { task_id: 'agent' })).body.result;
  expect(task.result).toMatchObject({
    finished: true,
    answer: `Done after ${STEPS - 1} tools`,
    steps: STEPS,
  });
  expect(task.result.tool_calls).toHaveLength(STEPS - 1);
  // A kill costs the answer that was under way, which is asked for again with the key it had.
  expect(fake.calls.length).toBeLessThanOrEqual(STEPS + 2);
  const asked = Map.groupBy(fake.calls, ({ idempotencyKey }) => idempotencyKey);
  expect(asked.size).toBe(STEPS);
  expect([...asked.values()].every((calls) => calls.length <= 3)).toBe(true);

  const steps = (await post(server.url, 'tasks.children', { parent_id: 'agent' })).body.result;
  expect(steps).toHaveLength(2 * STEPS - 1);
  expect(steps.every(({ status }: { status: string }) => status === 'completed')).toBe(true);
  const spent = (name: string) =>
    steps.reduce(
      (sum: number, { token_usage: used }: { token_usage: Record<string, number> | null }) =>
        sum + (used?.[name] ?? 0),
      0,
    );
  expect(task.token_usage).toMatchObject({
    prompt_tokens: spent('prompt_tokens'),
    completion_tokens: spent('completion_tokens'),
  });
  await until('all is billed', 10_000, async () => {
    const { total } = await usageOf(server.url);
    return total.tokens.total === spent('total_tokens');
  });
  expect((await usageOf(server.url)).total.tokens).toMatchObject({
    input: spent('prompt_tokens'),
    output: spent('completion_tokens'),
  });
  await server.stop();
  // Three starts and sixty seconds for the run: more than one test has by itself.
}, 180_000);

it('killed while it waits for a person, it goes on when the person has decided', async () => {
  const fake = await startFakeProvider();
  onTestFinished(() => fake.stop());
  const server = await serverProcess(await testFolder(), {
    OPENAI_BASE_URL: fake.baseUrl,
    HEARTBEAT_TIMEOUT_MS: '2000',
  });
  await server.start();
  const inputs = {
    goal: 'look: {"expression": "1 + 1"}',
    tools: ['transform_executor'],
    model: 'agent-3',
    autonomous_steps: 2,
  };
  const tasks = [{ id: 'asking', name: 'asking', schemas: { method: 'agent_executor' }, inputs }];
  const { body } = await post(server.url, 'tasks.execute', { tasks, wait_seconds: 0 });
  const { run_id } = body.result;
  const task = async () => (await post(server.url, 'tasks.get', { task_id: 'asking' })).body.result;
  await until('it waits', 20_000, async () => (await task()).wait?.kind === 'approval');
  await server.kill();
  await server.start();
  expect((await task()).wait).toEqual({ kind: 'approval', until: null });
  // The answer to a decision may come too late, just after a start, although it was taken.
  await until('the agent is done', 40_000, async () => {
    await post(server.url, 'runs.approve', { run_id, task_id: 'asking' });
    return (await task()).status === 'completed';
  });
  expect((await task()).result).toMatchObject({ finished: true, steps: 3 });
  expect(fake.calls).toHaveLength(3);
  await server.stop();
});

async function usageOf(url: string) {
  const response = await fetch(`${url}/system`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'usage.summary', params: {} }),
  });
  return ((await response.json()) as { result: { total: { tokens: Record<string, number> } } }).result;
}
