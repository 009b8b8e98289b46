/** The breaker on a clock of the test's: when it opens, whom it lets through, and how it closes. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { type CircuitState, createCircuitBreaker } from '../../src/llm/circuit-breaker.ts';

const server = { provider: 'openai', baseUrl: 'http://models.example/v1', isOwnUrl: false };

function make() {
  const clock = { ms: 1_000_000 };
  const changes: CircuitState[] = [];
  const breaker = createCircuitBreaker({
    windowMs: 30_000,
    failureShare: 0.5,
    minCalls: 4,
    halfOpenAfterMs: 15_000,
    now: () => clock.ms,
    onChange: ({ state }) => changes.push(state),
  });
  const fail = (count: number) => {
    for (let call = 0; call < count; call++) breaker.enter(server).failed();
  };
  return { breaker, changes, clock, fail };
}

function refusal(enter: () => unknown): AppError {
  try {
    enter();
  } catch (error) {
    if (AppError.is(error)) return error;
    throw error;
  }
  throw new Error('it let the call through');
}

describe('a circuit', () => {
  it('opens when enough calls have failed, and says how long to wait', () => {
    const { breaker, clock, changes, fail } = make();
    fail(3);
    expect(breaker.stateOf(server)).toBe('closed');
    fail(1);
    expect(breaker.stateOf(server)).toBe('open');
    clock.ms += 5_000;
    const error = refusal(() => breaker.enter(server));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true, retryAfterSeconds: 10 });
    expect(error.message).toContain('models.example');
    expect(changes).toEqual(['open']);
  });

  it('stays closed while most calls are answered, and forgets old failures', () => {
    const { breaker, clock, fail } = make();
    fail(3);
    clock.ms += 30_000;
    fail(3);
    expect(breaker.stateOf(server)).toBe('closed');
    for (let call = 0; call < 10; call++) breaker.enter(server).answered();
    fail(3);
    expect(breaker.stateOf(server)).toBe('closed');
  });

  it('lets exactly one call through after the pause, and closes when it is answered', () => {
    const { breaker, clock, changes, fail } = make();
    fail(4);
    clock.ms += 15_000;
    expect(breaker.stateOf(server)).toBe('half_open');
    const probe = breaker.enter(server);
    for (let call = 0; call < 5; call++) refusal(() => breaker.enter(server));
    probe.answered();
    expect(breaker.stateOf(server)).toBe('closed');
    breaker.enter(server).failed();
    expect(breaker.stateOf(server)).toBe('closed');
    expect(changes).toEqual(['open', 'half_open', 'closed']);
  });

  it('opens for twice as long when the probe fails', () => {
    const { breaker, clock, fail } = make();
    fail(4);
    clock.ms += 15_000;
    breaker.enter(server).failed();
    clock.ms += 15_000;
    refusal(() => breaker.enter(server));
    clock.ms += 15_000;
    breaker.enter(server).answered();
    expect(breaker.stateOf(server)).toBe('closed');
  });

  it('lets another probe through when the first one was given up', () => {
    const { breaker, clock, fail } = make();
    fail(4);
    clock.ms += 15_000;
    breaker.enter(server).abandoned();
    expect(() => breaker.enter(server).answered()).not.toThrow();
  });

  it('waits as long as the server said', () => {
    const { breaker, clock, fail } = make();
    fail(3);
    breaker.enter(server).failed(60_000);
    clock.ms += 59_000;
    refusal(() => breaker.enter(server));
    clock.ms += 1_000;
    breaker.enter(server).answered();
  });

  it('hears nothing of calls from before it opened, and each only once', () => {
    const { breaker, clock, fail } = make();
    const early = breaker.enter(server);
    fail(4);
    early.failed();
    clock.ms += 15_000;
    const probe = breaker.enter(server);
    probe.answered();
    probe.failed();
    expect(breaker.stateOf(server)).toBe('closed');
  });

  it('is one of a provider and an address; what tasks bring is apart', () => {
    const { breaker, fail } = make();
    fail(4);
    for (const other of [{ provider: 'groq' }, { baseUrl: 'http://other/v1' }, { isOwnUrl: true }])
      expect(breaker.stateOf({ ...server, ...other })).toBe('closed');
  });
});
