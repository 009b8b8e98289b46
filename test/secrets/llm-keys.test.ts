import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import type { LlmKeys } from '../../src/ports/llm-keys.ts';
import type { SecretStore } from '../../src/ports/secret-store.ts';
import { createLlmKeys } from '../../src/secrets/llm-keys.ts';
import { createSealer } from '../../src/secrets/sealer.ts';
import { memorySecrets } from '../api/support/memory-secrets.ts';

const DAY_MS = 86_400_000;
const KEY = 'sk-canary-0b5e';
const run = { runId: 'run-1', userId: 'ann' };
const own = { hasOwn: true, isPremium: true };
let now = Date.UTC(2026, 0, 1);
let secrets: SecretStore;
let keys: LlmKeys;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  secrets = memorySecrets();
  keys = createLlmKeys(secrets, createSealer('a secret of the tests, long enough'), () => now);
});

describe('the key of a run', () => {
  it('is sealed, opens for its run, and for 7 days', async () => {
    const row = keys.sealForRun(run, new LlmKey('openai', KEY));
    expect(JSON.stringify(row)).not.toContain(KEY);
    await secrets.put(row);
    expect((await keys.openForRun(run, own)).header?.reveal()).toBe(KEY);
    now += 7 * DAY_MS - 1;
    expect((await keys.openForRun(run, own)).header?.provider).toBe('openai');
    now += 2;
    await expect(keys.openForRun(run, own)).rejects.toMatchObject({ code: 'llm_key_expired' });
  });

  it('that is gone is expired, not absent: nothing else may pay in its place', async () => {
    await keys.set('ann', new LlmKey('openai', 'sk-stored'));
    await expect(keys.openForRun(run, own)).rejects.toMatchObject({ code: 'llm_key_expired' });
  });

  it('does not open for another run, user or provider', async () => {
    const row = keys.sealForRun(run, new LlmKey('openai', KEY));
    await secrets.put({ ...row, owner: 'run:run-2' });
    await expect(keys.openForRun({ ...run, runId: 'run-2' }, own)).rejects.toMatchObject({
      code: 'internal',
    });
    await secrets.put(row);
    await expect(keys.openForRun({ ...run, userId: 'bob' }, own)).rejects.toMatchObject({ code: 'internal' });
    await secrets.delete(row.owner);
    await secrets.put({ ...row, name: 'anthropic' });
    const failure = await keys.openForRun(run, own).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'internal' });
    expect(inspect(failure, { depth: 9 })).not.toContain(KEY);
  });
});

describe('keys of a user', () => {
  it('are one a provider, for all runs of the user alone', async () => {
    await keys.set('ann', new LlmKey('openai', 'sk-first'));
    await keys.set('ann', new LlmKey('openai', 'sk-second'));
    await keys.set('ann', new LlmKey('groq', 'gsk-x'));
    expect(await keys.providersOf('ann')).toEqual(['openai', 'groq']);
    expect(await keys.providersOf('bob')).toEqual([]);
    const { header, stored } = await keys.openForRun(run, { hasOwn: false, isPremium: true });
    expect(header).toBeNull();
    expect(stored.map((key) => key.reveal())).toEqual(['sk-second', 'gsk-x']);
    expect(await keys.delete('ann', 'openai')).toBe(true);
    expect(await keys.delete('ann', null)).toBe(true);
    expect(await keys.delete('ann', null)).toBe(false);
  });

  it('do not open under another TASKGROVE_SECRET', async () => {
    await keys.set('ann', new LlmKey('openai', KEY));
    const other = createLlmKeys(secrets, createSealer('another secret, long enough too'), () => now);
    await expect(other.ofUser('ann')).rejects.toThrow(/TASKGROVE_SECRET/);
  });
});
