/**
 * Two hundred generations with `save`, by a model that answers badly to every second requirement, some of those to the
 * end: nothing broken is stored, nothing of a refused tree is, and each refusal says why.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { executorIdOf, type TaskRecord } from '../../src/core/task.ts';
import { taskDraft } from '../../src/core/task-tree/task-draft.ts';
import { validateTree } from '../../src/core/task-tree/validate-tree.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway } from '../../src/llm/create-gateway.ts';
import { createTreeGenerator } from '../../src/llm/generate-tree/create-tree-generator.ts';
import type { Store } from '../../src/ports/store.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { testSettings } from '../executors/make-context.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { type BadAnswer, badAnswers, goodAnswer, requirementNumber } from './support/model-answers.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const TREES = 200;
const MOST_ANSWERS = 3;
const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const mistakes = Object.entries(badAnswers);

let folder: string;
let store: Store;
let fake: FakeProvider;
let api: TestApi;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-generate-'));
  store = await openStore({ databaseUrl: null, dataDir: folder, logger: silent });
  fake = await startFakeProvider();
  const http = createHttpClient({ allowPrivateUrls: true });
  const server = [
    { provider: 'openai', baseUrl: fake.baseUrl, key: new LlmKey('openai', 'sk-t'), model: 'm' },
  ];
  const llm = createGateway({ server, defaultModels: {}, guarded: http, configured: http });
  const treeGenerator = createTreeGenerator({ registry, llm });
  api = await startTestApi(store, { deps: { registry, llm, treeGenerator } });
});
afterAll(async () => {
  await api.stop();
  await fake.stop();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the model says wrong before it says it right: nothing to even numbers, one to three answers to odd ones. */
function mistakesOf(number: number): BadAnswer[] {
  if (number % 2 === 0) return [];
  const turn = Math.floor(number / 2);
  return Array.from({ length: 1 + (turn % MOST_ANSWERS) }, (_, answer) => {
    // By the number of the turn, so that each mistake comes first, repeated and last.
    const [, mistake] = mistakes[(Math.floor(turn / MOST_ANSWERS) + answer * 7) % mistakes.length] ?? [];
    return mistake as BadAnswer;
  });
}

const storedTasks = () => store.tasks.list({ limit: 10_000, offset: 0 });

function inputProblems(task: TaskRecord): string[] {
  const executor = registry.find(executorIdOf(task) ?? '');
  if (executor === undefined) return [`${task.name}: no executor`];
  // A dependency's result may still bring what is missing, but never mends what is wrong.
  const isFed = task.dependencies.length > 0;
  return (executor.input.safeParse(task.inputs).error?.issues ?? [])
    .filter(({ path }) => !isFed || String(path[0]) in task.inputs)
    .map(({ path, message }) => `${task.name}: ${path.join('.')}: ${message}`);
}

describe('two hundred requirements, half of them answered badly', () => {
  it('no broken tree is stored, and each refusal names its reason', async () => {
    const savedIds: string[] = [];
    const lastMistakes = new Set<BadAnswer>();
    let refusals = 0;
    for (let number = 0; number < TREES; number++) {
      const wrong = mistakesOf(number);
      const answers = [...wrong.map(({ write }) => write(number)), goodAnswer(number)].slice(0, MOST_ANSWERS);
      const callsBefore = fake.calls.length;
      fake.next(...answers.map((text) => () => text));
      const requirement = requirementNumber(number);
      const { result, error, status } = await api.rpc('tasks.generate', { requirement, save: true });
      // As many questions as answers were ready: no mistake was taken for a plan.
      expect(fake.calls.length - callsBefore, requirement).toBe(answers.length);
      const said = fake.calls.slice(callsBefore).map(({ body }) => String(body.messages.at(-1).content));
      for (const [index, { reason }] of wrong.slice(0, MOST_ANSWERS - 1).entries())
        expect(said[index + 1], 'the model hears what was wrong').toMatch(reason);
      if (wrong.length < MOST_ANSWERS) {
        expect(error, requirement).toBeUndefined();
        savedIds.push(String(result.root_task_id));
        continue;
      }
      refusals++;
      const last = wrong.at(-1) as BadAnswer;
      lastMistakes.add(last);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(String(error?.data)).toMatch(
        /^Task generation failed: the plan cannot be used after 2 repairs:/,
      );
      expect(String(error?.data)).toMatch(last.reason);
    }

    expect(savedIds.length + refusals).toBe(TREES);
    expect(refusals).toBeGreaterThan(TREES / 10);
    // Every kind of mistake has been the reason of a refusal.
    expect(lastMistakes.size).toBe(mistakes.length);

    const tasks = await storedTasks();
    expect(new Set(tasks.map((task) => task.task_tree_id))).toEqual(new Set(savedIds));
    for (const rootId of savedIds) {
      const tree = await store.tasks.tree(rootId);
      const context = {
        userId: 'user-a',
        isAdmin: false,
        now: String(tree[0]?.created_at),
        newId: () => 'new',
      };
      const again = validateTree(tree.map(taskDraft), context);
      expect(again.map(({ id }) => id)).toEqual(tree.map(({ id }) => id));
      expect(tree.flatMap(inputProblems)).toEqual([]);
    }
    expect(tasks).toHaveLength((await Promise.all(savedIds.map((id) => store.tasks.tree(id)))).flat().length);
  }, 120_000);
});
