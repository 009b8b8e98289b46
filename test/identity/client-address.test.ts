/** Whose address counts behind proxies, and what is said when somebody we do not trust claims one. */
import { expect, it } from 'vitest';
import { createClientAddress, type ProxyTrust, truncateAddress } from '../../src/identity/client-address.ts';

function watch(trust: ProxyTrust) {
  const clock = { ms: 0 };
  const lines: unknown[] = [];
  const log = (fields: unknown) => void lines.push(fields);
  const logger = { debug: log, info: log, warn: log, error: log };
  return { clock, lines, address: createClientAddress({ trust, logger, now: () => clock.ms }) };
}

it.each<[string, ProxyTrust, string, string | undefined, string]>([
  ['nobody is trusted', { hops: 0 }, '192.0.2.1', '6.6.6.6', '192.0.2.1'],
  ['nothing is forwarded', { hops: 1 }, '192.0.2.1', undefined, '192.0.2.1'],
  ['one hop: what the proxy wrote', { hops: 1 }, '10.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['two hops', { hops: 2 }, '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  ['fewer hops than said', { hops: 3 }, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['a range', { ranges: ['10.0.0.0/8'] }, '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  ['a peer outside the range', { ranges: ['10.0.0.0/8'] }, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
  ['all are trusted', { ranges: ['10.0.0.0/8'] }, '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  [
    'one address, IPv4 inside IPv6',
    { ranges: ['10.0.0.1'] },
    '::ffff:10.0.0.1',
    '203.0.113.9',
    '203.0.113.9',
  ],
  [
    'ports and brackets',
    { ranges: ['10.0.0.0/8'] },
    '10.0.0.1',
    '[2001:db8::1]:443, 10.0.0.2:80',
    '2001:db8::1',
  ],
  ['nonsense is not believed', { hops: 2 }, '10.0.0.1', 'unknown, 203.0.113.9', '203.0.113.9'],
])('%s', (_name, trust, peer, forwarded, client) => {
  expect(watch(trust).address.of(peer, forwarded)).toBe(client);
});

it('an untrusted claim is logged once a minute, shortened, and degrades health for ten minutes', async () => {
  const { address, lines, clock } = watch({ hops: 0 });
  expect(await address.check()).toBeUndefined();
  for (let index = 0; index < 5; index++) address.of('192.0.2.77', '6.6.6.6');
  expect(lines).toEqual([{ peer: '192.0.2.0' }]);
  expect(await address.check()).toMatchObject({
    status: 'DEGRADED',
    detail: 'X-Forwarded-For from 192.0.2.0 does not count: name the proxy in TRUST_PROXY',
  });
  clock.ms += 60_000;
  address.of('192.0.2.77', '6.6.6.6');
  expect(lines).toHaveLength(2);
  clock.ms += 600_001;
  expect(await address.check()).toBeUndefined();
});

it.each([
  ['192.0.2.77', '192.0.2.0'],
  ['::ffff:192.0.2.77', '192.0.2.0'],
  ['2001:db8:1:2::3', '2001:db8:1::'],
  ['nonsense', 'unknown'],
])('logs show %s as %s', (ip, shown) => {
  expect(truncateAddress(ip)).toBe(shown);
});
