/** A secret prints as `[secret]` however it is printed. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { loadConfig } from '../../src/config.ts';

it('shows itself only on request', () => {
  const secret = new Secret('hunter2');
  expect(secret.reveal()).toBe('hunter2');
  const printed = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ deep: { secret } })];
  for (const text of printed) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('hunter2');
  }
});

it('keeps the whole configuration printable', () => {
  const config = loadConfig({
    DATABASE_URL: 'postgres://me:hunter2@db/x',
    TASKGROVE_SECRET: 'hunter2-'.repeat(4),
  });
  expect(JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true })).not.toContain('hunter2');
});
