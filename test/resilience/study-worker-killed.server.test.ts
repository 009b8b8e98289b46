/** kill -9 in the middle of a study of six personas and four rounds: no turn is lost, none is there twice. */
import { expect, it, onTestFinished } from 'vitest';
import type { Study } from '../../src/core/study/study.ts';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { studyAnswer } from '../llm/study-answers.ts';
import { post, serverProcess, testFolder, until } from './wire.ts';

const PERSONAS = [1, 2, 3, 4, 5, 6];
const ROUNDS = 4;
const TURNS = PERSONAS.length * ROUNDS;

it('goes on with the turns that are missing, and only with those', async () => {
  const fake = await startFakeProvider({ wordMs: 40, answerTo: studyAnswer });
  onTestFinished(() => fake.stop());
  const server = await serverProcess(await testFolder(), {
    OPENAI_BASE_URL: fake.baseUrl,
    HEARTBEAT_TIMEOUT_MS: '2000',
    LLM_FREE_TREE_MAX_CALLS: '100',
    LLM_FREE_TREE_MAX_TOKENS: '10000000',
  });
  await server.start();
  const { body } = await post(server.url, 'studies.run', {
    feature: 'A calendar that finds time for a walk',
    persona_ids: PERSONAS,
    turns: ROUNDS,
    model: 'slow',
  });
  const { study_id: id } = body.result;
  const study = async (): Promise<Study> =>
    (await post(server.url, 'studies.get', { study_id: id })).body.result;
  const kept: string[] = [];
  for (const calls of [9, 20]) {
    await fake.arrived(calls);
    kept.push(...(await study()).conversation.map(({ text }) => text));
    await server.kill();
    await server.start();
  }
  await until('the study is done', 90_000, async () => (await study()).status !== 'in_progress');
  const done = await study();
  expect(done.status).toBe('completed');
  const said = done.conversation.map(({ round, persona_id }) => `${round}.${persona_id}`);
  expect(said).toEqual(
    Array.from({ length: ROUNDS }, (_, round) => PERSONAS.map((persona) => `${round + 1}.${persona}`)).flat(),
  );
  // What was said before a kill stands as it was said.
  expect(done.conversation.map(({ text }) => text)).toEqual(expect.arrayContaining(kept));
  for (const { name, round, text } of done.conversation)
    expect(text).toBe(
      `I am ${name}, this is my turn number ${round}, and I heard ${round === 1 ? 'nobody' : (round - 1) * PERSONAS.length} before me.`,
    );
  expect(done.report?.summary).toBe(`${PERSONAS.length} people spoke ${TURNS} times.`);
  // Each turn and the report have a key of their own; a kill costs what was under way, at most a round each.
  const asked = Map.groupBy(fake.calls, ({ idempotencyKey }) => idempotencyKey);
  expect(asked.size).toBe(TURNS + 1);
  // Both kills met turns that were being said.
  expect(fake.hungUp.length).toBeGreaterThan(0);
  expect(fake.calls.length).toBeGreaterThan(TURNS + 1);
  expect(fake.calls.length).toBeLessThanOrEqual(TURNS + 1 + 2 * PERSONAS.length);
  const finished = await post(server.url, 'tasks.list', { limit: 10, root_only: true });
  expect(finished.body.result.filter((task: { id: string }) => task.id === id)).toHaveLength(1);
  await server.stop();
});
