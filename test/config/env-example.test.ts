/** `.env.example` is what the table of settings says. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { envExample } from '../../scripts/env-example.ts';
import { loadConfig } from '../../src/config.ts';

const file = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

it('is up to date (else run: node scripts/generate-env-example.ts)', () => {
  expect(file).toBe(envExample());
});

it('changes nothing when every line is switched on', () => {
  const switchedOn = parseEnv(file.replace(/^# (?=[A-Z_]+=)/gm, ''));
  const { notices, ...config } = loadConfig(switchedOn);
  expect(config).toEqual({ ...loadConfig({}), notices: undefined, childEnvironment: {} });
  expect(notices).toHaveLength(1);
});
