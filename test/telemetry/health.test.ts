/** Health: one answer out of many checks, none of which can hold it up. */
import { expect, it } from 'vitest';
import { createHealth, type HealthCheck } from '../../src/telemetry/health.ts';

const fine: HealthCheck = { name: 'database', isRequired: true, check: async () => undefined };

function failing(isRequired: boolean): HealthCheck {
  return { name: 'temporal', isRequired, check: () => Promise.reject(new Error('refused')) };
}

it('is ready when every required part works', async () => {
  const answer = await createHealth([fine])();
  expect(answer).toEqual({
    ready: true,
    components: { database: { status: 'HEALTHY', response_time_ms: expect.any(Number) } },
  });
});

it('is not ready when a required part fails, and says why', async () => {
  const answer = await createHealth([fine, failing(true)])();
  expect(answer.ready).toBe(false);
  expect(answer.components['temporal']).toMatchObject({ status: 'UNHEALTHY', detail: 'refused' });
});

it('only degrades when an optional part fails', async () => {
  const answer = await createHealth([fine, failing(false)])();
  expect(answer.ready).toBe(true);
  expect(answer.components['temporal']?.status).toBe('DEGRADED');
});

it('takes a finding of the part itself', async () => {
  const worker: HealthCheck = {
    name: 'worker',
    isRequired: true,
    check: async () => ({ status: 'UNKNOWN', detail: 'starting' }),
  };
  expect(await createHealth([worker])()).toMatchObject({
    ready: false,
    components: { worker: { status: 'UNKNOWN' } },
  });
});

it('does not wait for a part that hangs', async () => {
  const hanging: HealthCheck = {
    name: 'database',
    isRequired: true,
    check: () => new Promise(() => undefined),
  };
  const answer = await createHealth([hanging], { timeoutMs: 20 })();
  expect(answer.components['database']).toMatchObject({
    status: 'UNHEALTHY',
    detail: 'no answer within 20 ms',
  });
});

it('looks at most once a second, however many ask', async () => {
  let looks = 0;
  let now = 0;
  const counted: HealthCheck = { ...fine, check: async () => void looks++ as undefined };
  const health = createHealth([counted], { now: () => now });
  await Promise.all([health(), health()]);
  now = 999;
  await health();
  expect(looks).toBe(1);
  now = 1000;
  await health();
  expect(looks).toBe(2);
});
