/** kill -9 in the middle of a study of six personas and four rounds: no turn is lost, none is there twice. */
import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { Study } from '../../src/core/study/study.ts';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { studyAnswer } from '../llm/study-answers.ts';
import { createDatabase } from '../support/postgres.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { post, serverProcess, testFolder, until } from './wire.ts';

const PERSONAS = [1, 2, 3, 4, 5, 6];
const ROUNDS = 4;
const TURNS = PERSONAS.length * ROUNDS;
const LIMITS = {
  HEARTBEAT_TIMEOUT_MS: '2000',
  LLM_FREE_TREE_MAX_CALLS: '100',
  LLM_FREE_TREE_MAX_TOKENS: '10000000',
};

interface Processes {
  readonly api: ServerProcess;
  /** Who is killed. */
  readonly worker: ServerProcess;
}

/** One process that is everything, on its own file. */
async function oneProcess(env: Record<string, string>): Promise<Processes> {
  const server = await serverProcess(await testFolder(), env);
  await server.start();
  return { api: server, worker: server };
}

/** An API that lives on, and a worker, on PostgreSQL. */
async function splitRoles(env: Record<string, string>): Promise<Processes> {
  const shared = {
    ...env,
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
    TEMPORAL_NAMESPACE: `study-${randomUUID().slice(0, 8)}`,
    TASKGROVE_SECRET: 'a secret of the tests, long enough',
  };
  const api = await serverProcess(await testFolder(), { ...shared, ROLE: 'api' });
  const worker = await serverProcess(await testFolder(), { ...shared, ROLE: 'worker' });
  await Promise.all([api.start(), worker.start()]);
  return { api, worker };
}

it.each([
  ['one process on DuckDB', oneProcess],
  ['the worker of split roles on PostgreSQL', splitRoles],
] as const)(
  '%s goes on with the turns that are missing, and only with those',
  { timeout: 240_000 },
  async (_what, start) => {
    const fake = await startFakeProvider({ wordMs: 40, answerTo: studyAnswer });
    onTestFinished(() => fake.stop());
    const { api, worker } = await start({ ...LIMITS, OPENAI_BASE_URL: fake.baseUrl });
    const { body } = await post(api.url, 'studies.run', {
      feature: 'A calendar that finds time for a walk',
      persona_ids: PERSONAS,
      turns: ROUNDS,
      model: 'slow',
    });
    const { study_id: id } = body.result;
    const study = async (): Promise<Study> =>
      (await post(api.url, 'studies.get', { study_id: id })).body.result;
    const kept: string[] = [];
    for (const calls of [9, 20]) {
      await fake.arrived(calls);
      kept.push(...(await study()).conversation.map(({ text }) => text));
      await worker.kill();
      await worker.start();
    }
    await until('the study is done', 90_000, async () => (await study()).status !== 'in_progress');
    const done = await study();
    expect(done.status).toBe('completed');
    const said = done.conversation.map(({ round, persona_id }) => `${round}.${persona_id}`);
    expect(said).toEqual(
      Array.from({ length: ROUNDS }, (_, round) =>
        PERSONAS.map((persona) => `${round + 1}.${persona}`),
      ).flat(),
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
    // Kills met turns that were being said.
    expect(fake.hungUp.length).toBeGreaterThan(0);
    expect(fake.calls.length).toBeGreaterThan(TURNS + 1);
    expect(fake.calls.length).toBeLessThanOrEqual(TURNS + 1 + 2 * PERSONAS.length);
    const { body: listed } = await post(api.url, 'tasks.list', { limit: 10, root_only: true });
    expect(listed.result.filter((task: { id: string }) => task.id === id)).toHaveLength(1);
    await worker.stop();
    if (api !== worker) await api.stop();
  },
);
