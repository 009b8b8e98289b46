/** Planning with a model (a real server that answers as told) and by rules, over the executors there are. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { Budget } from '../../src/core/llm/budget.ts';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { Spend } from '../../src/core/llm/spend.ts';
import { executorIdOf } from '../../src/core/task.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway } from '../../src/llm/create-gateway.ts';
import { createTreeGenerator } from '../../src/llm/generate-tree/create-tree-generator.ts';
import type { GenerateRequest } from '../../src/ports/tree-generator.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from '../executors/make-context.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

const KEY = 'sk-canary-generate-1234';
const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
const open = createHttpClient({ allowPrivateUrls: true });
let fake: FakeProvider;

beforeAll(async () => {
  fake = await startFakeProvider();
});
beforeEach(() => {
  fake.calls.length = 0;
});
afterAll(() => fake.stop());

function generate(given: Partial<GenerateRequest> = {}, hasServer = true, budget: Budget | null = null) {
  const server = [{ provider: 'openai', baseUrl: fake.baseUrl, key: new LlmKey('openai', KEY), model: 'm' }];
  const llm = createGateway({
    server: hasServer ? server : [],
    defaultModels: {},
    guarded: open,
    configured: open,
  });
  return createTreeGenerator({ registry, llm, budgetOfUser: async () => budget }).generate({
    requirement: 'check the machine',
    context: null,
    provider: null,
    model: null,
    temperature: 0.7,
    maxTokens: 4_000,
    demoReason: null,
    header: null,
    stored: [],
    mayUseServerKey: true,
    userId: 'user-a',
    now: '2026-11-21T00:00:00.000000+00:00',
    idempotencyKey: 'generate-1',
    signal: new AbortController().signal,
    ...given,
  });
}

const cpu = { name: 'cpu', executor: 'system_info_executor', inputs: { resource: 'cpu' }, parent: 'report' };
const report = { name: 'report', executor: 'aggregate_results_executor', depends_on: ['cpu'] };
const plan =
  (...tasks: object[]) =>
  () =>
    JSON.stringify({ tasks });

describe('with a model', () => {
  it("is held to the user's budget, unless the user pays", async () => {
    const budget: Budget = { scope: 'user', maxTokens: 10, maxCostNanoUsd: null, spend: new Spend() };
    await expect(generate({}, true, budget)).rejects.toMatchObject({
      code: 'llm_budget_exceeded',
      message: expect.stringContaining("user's budget of 10 tokens"),
    });
    expect(fake.calls).toHaveLength(0);
    fake.next(plan(report, cpu));
    const own = { header: new LlmKey('openai', 'sk-own'), mayUseServerKey: false };
    await expect(generate(own, true, budget)).resolves.toMatchObject({ demo: null });
  });

  it('shows it the executors and returns a tree that tasks.create would take', async () => {
    fake.next(plan(report, cpu));
    const tree = await generate({ requirement: 'is the CPU fine?', context: { host: 'pi' } });
    expect(tree).toMatchObject({ demo: null, model: 'm-2026', repairs: 0 });
    expect(tree.usage).toMatchObject({ total_tokens: expect.any(Number) });
    const [root, child] = tree.tasks;
    expect(root).toMatchObject({ name: 'report', parent_id: null, user_id: 'user-a', status: 'pending' });
    expect(child).toMatchObject({ name: 'cpu', parent_id: root?.id, inputs: { resource: 'cpu' } });
    expect(root?.dependencies).toEqual([child?.id]);

    const { body } = fake.calls[0] ?? {};
    const [system, user] = body.messages;
    for (const { id } of registry.all()) {
      const isOff = !registry.availability(registry.find(id) as never).available;
      expect(system.content.includes(`"id":"${id}"`), id).toBe(!isOff);
    }
    expect(user.content).toContain('is the CPU fine?');
    expect(user.content).toContain('{"host":"pi"}');
    expect(body).toMatchObject({
      temperature: 0.7,
      max_tokens: 4_000,
      response_format: { type: 'json_schema' },
    });
  });

  it('names what is wrong and asks again, twice', async () => {
    fake.next(
      plan(report, { ...cpu, executor: 'magic_executor' }),
      plan(report, { ...cpu, inputs: { resource: 'gpu' } }),
      plan(report, cpu),
    );
    const tree = await generate();
    expect(tree.repairs).toBe(2);
    expect(tree.tasks).toHaveLength(2);
    const said = fake.calls.map(({ body }) => body.messages.at(-1).content);
    expect(said[1]).toContain("unknown executor 'magic_executor'");
    expect(said[2]).toContain('inputs.resource');
    expect(fake.calls[2]?.body.messages).toHaveLength(6);
    expect(new Set(fake.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it.each([
    ['a circle', plan({ ...report, depends_on: ['cpu'] }, { ...cpu, depends_on: ['report'] })],
    ['two roots', plan(report, { ...cpu, parent: null })],
    ['no JSON', () => 'Here is your plan: first …'],
    ['no tasks', () => '{"tasks": []}'],
    ['an executor that is off', plan({ name: 'x', executor: 'command_executor', inputs: { command: 'ls' } })],
    ['a required input that is missing', plan({ name: 'x', executor: 'rest_executor' })],
  ])('%s is never returned', async (_, answer) => {
    fake.next(answer, answer, answer);
    await expect(generate()).rejects.toMatchObject({ code: 'task_failed' });
    expect(fake.calls).toHaveLength(3);
  });

  it('does not miss inputs that a dependency brings', async () => {
    const call = { name: 'call', executor: 'rest_executor', depends_on: ['cpu'] };
    fake.next(plan(call, { ...cpu, parent: 'call' }));
    expect((await generate()).tasks).toHaveLength(2);
  });

  it("uses the caller's key, fails as it fails, and repeats no key", async () => {
    fake.next('unauthorized');
    const error = await generate({ header: new LlmKey('openai', 'sk-user-canary-1') }).catch(
      (caught) => caught,
    );
    expect(fake.calls[0]?.key).toBe('sk-user-canary-1');
    expect(AppError.is(error) && error.message).toMatch(/^Task generation failed: openai/);
    expect(`${error.message}${JSON.stringify(error)}`).not.toContain('canary');
  });
});

describe('without a key', () => {
  it('plans by rules and says so', async () => {
    const tree = await generate(
      { requirement: 'Get CPU info and memory info, then wait for the report' },
      false,
    );
    expect(tree).toMatchObject({ demo: { active: true, reason: 'no_llm_key' }, model: null, usage: null });
    expect(fake.calls).toHaveLength(0);
  });

  it.each([
    ['Get CPU information', ['system_info_executor']],
    [
      'Check the CPU and the memory',
      ['aggregate_results_executor', 'system_info_executor', 'system_info_executor'],
    ],
    [
      'Scrape the page https://example.com/a, then summarize text with a model',
      ['aggregate_results_executor', 'scrape_executor', 'llm_executor'],
    ],
    ['Call https://api.example.com/v1/items', ['rest_executor']],
    ['Sing me a lullaby', ['llm_executor']],
  ])('%s', async (requirement, executors) => {
    const { tasks } = await generate({ requirement }, false);
    expect(tasks.map(executorIdOf)).toEqual(executors);
  });

  it('puts what the text says into the inputs, and a "then" into the order', async () => {
    const { tasks } = await generate(
      { requirement: 'Check the disk, then call https://example.com/x.' },
      false,
    );
    const [, disk, call] = tasks;
    expect(disk?.inputs).toMatchObject({ resource: 'disk' });
    expect(call?.inputs).toMatchObject({ url: 'https://example.com/x' });
    expect(call?.dependencies).toEqual([disk?.id]);
  });

  it('any text makes a tree that can be stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (requirement) => {
        const { tasks } = await generate({ requirement }, false);
        expect(tasks.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
