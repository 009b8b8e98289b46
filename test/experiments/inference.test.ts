/** Generated texts when the model is slow, fails, or is kept away; and answers that are kept. */
import { describe, expect, test } from 'vitest';
import { createInference, type InferenceOptions } from '../../src/experiments/inference/create-inference.ts';
import { createMockModel } from '../../src/experiments/inference/mock-model.ts';
import { TransientFailure } from '../../src/experiments/inference/transient-failure.ts';
import { createCircuitBreaker } from '../../src/llm/circuit-breaker.ts';
import { memoryExperiments } from '../api/support/memory-experiments.ts';

function make(
  callModel: InferenceOptions['callModel'],
  more: Partial<InferenceOptions> = {},
  clock = { ms: 1_000_000 },
) {
  const server = { provider: 'generate_v2', baseUrl: 'mock', isOwnUrl: false };
  const circuit = createCircuitBreaker({
    windowMs: 30_000,
    failureShare: 0.5,
    minCalls: 6,
    halfOpenAfterMs: 15_000,
    now: () => clock.ms,
  });
  return createInference({
    callModel,
    breaker: { enter: () => circuit.enter(server), state: () => circuit.stateOf(server) },
    timeoutMs: 50,
    maxRetries: 2,
    backoffMs: 1,
    store: memoryExperiments(),
    latencyBudgetMs: 1_000,
    keptMs: 60_000,
    maxKept: 512,
    now: () => clock.ms,
    logger: { warn: () => undefined },
    ...more,
  });
}
const ask = (inference: ReturnType<typeof make>, prompt: string, idempotencyKey?: string, client = 'c') =>
  inference.generate({ prompt, client, idempotencyKey });
const failing = async () => {
  throw new TransientFailure('upstream timeout');
};

describe('the model', () => {
  test('is asked up to three times, with pauses that double', async () => {
    const times: number[] = [];
    const inference = make(
      async () => {
        times.push(performance.now());
        if (times.length < 3) throw new TransientFailure('upstream timeout');
        return 'at last';
      },
      { backoffMs: 40 },
    );
    expect(await ask(inference, 'p')).toMatchObject({
      text: 'at last',
      meta: { source: 'primary', attempts: 3, breaker_state: 'closed' },
    });
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThan(35);
    expect(third - second).toBeGreaterThan(75);
  });

  test('that keeps failing is answered by the fallback, which is not kept', async () => {
    let calls = 0;
    const inference = make(async () => {
      calls++;
      return failing();
    });
    const prompt = `  ${'x'.repeat(100)}\nand more`;
    const answer = await ask(inference, prompt);
    expect(answer.meta).toMatchObject({
      source: 'fallback_error',
      primary_error: 'upstream timeout',
      primary_meta: { attempts: 3, breaker_state: 'closed' },
    });
    expect(answer.text).toBe(`[FALLBACK] Quick tip: stay consistent. (You said: “${'x'.repeat(80)}…”)`);
    await ask(inference, prompt);
    expect(calls).toBe(6);
    expect((await ask(inference, ' \n ')).text).toMatch(/^\[FALLBACK\] I’m here/);
  });

  test('is not asked again after a failure for good, and its words stay inside', async () => {
    const inference = make(async () => {
      throw new Error('connect ECONNREFUSED 10.0.0.7:443 key sk-secret');
    });
    const { meta } = await ask(inference, 'p');
    expect(meta).toMatchObject({ primary_error: 'model_error', primary_meta: { attempts: 1 } });
    expect(JSON.stringify(meta)).not.toContain('sk-secret');
  });

  test('that hangs is given up, and one that is late is answered by the fallback', async () => {
    const hanging = make(
      (_prompt, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { maxRetries: 0 },
    );
    expect((await ask(hanging, 'p')).meta).toMatchObject({ primary_error: 'timeout exceeded' });
    const late = make(async () => 'late', { latencyBudgetMs: -1 });
    expect((await ask(late, 'p')).meta['source']).toBe('fallback_latency_budget');
  });

  test('that fails too often is left alone, then tried by one call only', async () => {
    const clock = { ms: 1_000_000 };
    let calls = 0;
    let isDown = true;
    const inference = make(
      async () => {
        calls++;
        if (isDown) return failing();
        return 'back';
      },
      {},
      clock,
    );
    await ask(inference, 'a');
    await ask(inference, 'b');
    expect(calls).toBe(6);
    const open = await ask(inference, 'c');
    expect(open.meta).toMatchObject({
      source: 'fallback_error',
      primary_error: 'circuit_open',
      primary_meta: { attempts: 0, breaker_state: 'open' },
    });
    expect(calls).toBe(6);
    isDown = false;
    clock.ms += 15_001;
    const probes = await Promise.all(['d', 'e', 'f'].map((prompt) => ask(inference, prompt)));
    expect(probes.map(({ meta }) => meta['source']).toSorted()).toEqual([
      'fallback_error',
      'fallback_error',
      'primary',
    ]);
    expect((await ask(inference, 'g')).meta).toMatchObject({ source: 'primary', breaker_state: 'closed' });
  });
});

describe('kept answers', () => {
  test('come back for the same prompt and client, until their time is over', async () => {
    const clock = { ms: 1_000_000 };
    let calls = 0;
    const inference = make(async () => `answer ${++calls}`, {}, clock);
    const first = await ask(inference, 'p');
    expect(await ask(inference, 'p')).toEqual({
      text: 'answer 1',
      meta: { source: 'cache_hit', cached: first.meta },
    });
    expect((await ask(inference, 'p', undefined, 'somebody else')).text).toBe('answer 2');
    // Reading does not make it live longer.
    clock.ms += 59_000;
    expect((await ask(inference, 'p')).meta['source']).toBe('cache_hit');
    clock.ms += 1_001;
    expect((await ask(inference, 'p')).text).toBe('answer 3');
  });

  test('a key belongs to one prompt; calls at once ask the model once', async () => {
    let calls = 0;
    const inference = make(async () => `answer ${++calls}`);
    const [one, two] = await Promise.all([ask(inference, 'p', 'k'), ask(inference, 'p', 'k')]);
    expect([one?.meta['source'], two?.meta['source']]).toEqual(['primary', 'cache_hit']);
    await expect(ask(inference, 'q', 'k')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect((await ask(inference, 'q', 'k', 'somebody else')).text).toBe('answer 2');
    expect(calls).toBe(2);
  });

  test('the oldest go when there are too many', async () => {
    let calls = 0;
    const inference = make(async () => `answer ${++calls}`, { maxKept: 2 });
    for (const prompt of ['a', 'b', 'c']) await ask(inference, prompt);
    expect((await ask(inference, 'c')).meta['source']).toBe('cache_hit');
    expect((await ask(inference, 'a')).meta['source']).toBe('primary');
  });
});

test('a store that is away keeps nobody from an answer, and is told of once', async () => {
  const clock = { ms: 1_000_000 };
  let isAway = true;
  const told: string[] = [];
  const rows = memoryExperiments();
  const orAway = <T>(work: Promise<T>) => (isAway ? Promise.reject(new Error('away')) : work);
  const store = {
    keptAnswer: (key: string, nowMs: number) => orAway(rows.keptAnswer(key, nowMs)),
    keepAnswer: (...row: Parameters<typeof rows.keepAnswer>) => orAway(rows.keepAnswer(...row)),
  };
  const logger = { warn: (_fields: object, message: string) => void told.push(message) };
  const inference = make(async (prompt) => `to ${prompt}`, { store, logger }, clock);
  for (const prompt of ['a', 'b', 'c'])
    expect(await ask(inference, prompt)).toMatchObject({ text: `to ${prompt}`, meta: { source: 'primary' } });
  // This process has it all the same.
  expect((await ask(inference, 'a')).meta['source']).toBe('cache_hit');
  expect(told).toHaveLength(2);
  isAway = false;
  await ask(inference, 'd');
  isAway = true;
  await ask(inference, 'e');
  expect(told).toHaveLength(4);
});

test('measurements in the form clients know', async () => {
  const inference = make(async (prompt) => (prompt === 'bad' ? failing() : 'ok'));
  await ask(inference, 'a');
  await ask(inference, 'a');
  await ask(inference, 'bad');
  inference.observeExit(3.7);
  expect(inference.metrics()).toMatchObject({
    as_of: 1_000,
    uptime_seconds: 0,
    counters: { primary: 1, cache_hit: 1, fallback_error: 1, safety_exit: 1 },
    breaker_states: { closed: 2 },
    attempts_hist: { 1: 1, 3: 1 },
    latency: {
      overall: { count: 4 },
      by_outcome: {
        primary: { count: 1 },
        safety_exit: { count: 1, max: 3 },
        fallback_latency_budget: { count: 0, p50: null, p95: null, max: null },
      },
    },
  });
});

test('the mock takes its time and fails as often as it is told', async () => {
  const draws = [0.5, 0.05, 0.9, 0.5, 0.5, 0.01, 0.5, 0.5, 0.9];
  const model = createMockModel({
    minMs: 0,
    maxMs: 2,
    transientShare: 0.1,
    hardShare: 0.05,
    random: () => draws.shift() ?? 0.9,
  });
  const { signal } = new AbortController();
  await expect(model('p', signal)).rejects.toBeInstanceOf(TransientFailure);
  await expect(model('p', signal)).rejects.toThrow('non-transient parse error');
  expect(await model('😄'.repeat(70), signal)).toBe(`[MOCK COMPLETION] ${'😄'.repeat(60)}`);
});
