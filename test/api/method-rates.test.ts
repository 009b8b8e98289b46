/** Buckets by caller and method, with a clock of the test's. */
import { describe, expect, it } from 'vitest';
import { createMethodRates } from '../../src/api/rpc/method-rates.ts';
import type { Identity } from '../../src/ports/identity.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi } from './support/test-api.ts';

const caller = (userId: string, plan: Identity['plan'] = 'free'): Identity => ({
  userId,
  roles: ['user'],
  isAdmin: false,
  source: 'jwt',
  credential: 'header',
  plan,
  fingerprint: 'f',
  ipHash: 'i',
  isGuest: false,
});

describe('method rates', () => {
  it('lets a burst through, then one at a time as the bucket fills', () => {
    const clock = { ms: 0 };
    const rates = createMethodRates({ 'tasks.generate': 6 }, () => clock.ms);
    const take = (who = 'ann') => rates.take('tasks.generate', caller(who));
    for (let call = 0; call < 6; call++) take();
    expect(() => take()).toThrow(
      expect.objectContaining({
        code: 'rate_limited',
        retryAfterSeconds: 10,
        details: { reason: 'method_limit_exceeded', method: 'tasks.generate', limit_per_minute: 6 },
      }),
    );
    take('bob');
    clock.ms += 10_000;
    take();
    clock.ms -= 5_000;
    expect(() => take()).toThrow();
    rates.take('tasks.list', caller('ann'));
    for (let call = 0; call < 20; call++) rates.take('tasks.generate', caller('local', 'internal'));
  });

  it('refuses over HTTP with when to come again', async () => {
    const methodRates = createMethodRates({ 'tasks.count': 1 }, Date.now);
    const api = await startTestApi(createMemoryStore(), { deps: { methodRates } });
    expect((await api.rpc('tasks.count')).status).toBe(200);
    const refused = await api.post('/tasks', { jsonrpc: '2.0', id: 1, method: 'tasks.count', params: {} });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: { code: -32000 } });
    await api.stop();
  });
});
