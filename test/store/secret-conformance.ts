/** What every store must do with sealed secrets. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isoMicros } from '../../src/core/time.ts';
import type { SecretRow } from '../../src/ports/secret-store.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccept, sampleTask } from './sample-tasks.ts';

const secret = (fields: Partial<SecretRow> = {}): SecretRow => ({
  owner: `user:${randomUUID()}`,
  name: 'openai',
  sealed: 'sealed:1:abc',
  expiresAt: null,
  ...fields,
});

export function secretConformance(store: () => Store): void {
  describe('secrets', () => {
    test('are kept by owner and name, the last one counts', async () => {
      const first = secret();
      const { owner } = first;
      await store().secrets.put(first);
      await store().secrets.put({ ...first, sealed: 'sealed:1:second' });
      await store().secrets.put({ ...first, name: 'anthropic' });
      await store().secrets.put(secret());
      const kept = await store().secrets.list(owner);
      expect(kept.map(({ name, sealed }) => [name, sealed])).toEqual([
        ['anthropic', 'sealed:1:abc'],
        ['openai', 'sealed:1:second'],
      ]);
      expect(await store().secrets.delete(owner, 'groq')).toBe(0);
      expect(await store().secrets.delete(owner, 'openai')).toBe(1);
      expect(await store().secrets.delete(owner)).toBe(1);
      expect(await store().secrets.list(owner)).toEqual([]);
    });

    test('are purged when their time is over, and not before', async () => {
      const at = (year: number) => isoMicros(Date.UTC(year, 0));
      const rows = [secret({ expiresAt: at(2001) }), secret({ expiresAt: at(2003) }), secret()];
      for (const row of rows) await store().secrets.put(row);
      await store().secrets.purge(at(2002));
      const left = await Promise.all(rows.map(({ owner }) => store().secrets.list(owner)));
      expect(left.map((kept) => kept.length)).toEqual([0, 1, 1]);
      expect(left[1]?.[0]?.expiresAt).toBe(at(2003));
    });

    test('of a run come with its acceptance and go with its end, those of others stay', async () => {
      const root = sampleTask(`secret-${randomUUID()}`);
      await store().tasks.create([root]);
      const accept = sampleAccept([root]);
      const owner = `run:${accept.runId}`;
      const other = secret({ owner: `run:${randomUUID()}` });
      await store().secrets.put(other);
      await store().runs.accept({ ...accept, secrets: [secret({ owner })] });
      expect(await store().secrets.list(owner)).toHaveLength(1);
      // A second acceptance is refused as a whole: its key must not stay behind.
      const second = sampleAccept([root]);
      const secondOwner = `run:${second.runId}`;
      const refused = await store().runs.accept({ ...second, secrets: [secret({ owner: secondOwner })] });
      expect(refused.status).not.toBe('accepted');
      expect(await store().secrets.list(secondOwner)).toEqual([]);
      await store().runs.commit({
        runId: accept.runId,
        end: { status: 'completed', error: null },
      });
      expect(await store().secrets.list(owner)).toEqual([]);
      expect(await store().secrets.list(other.owner)).toHaveLength(1);
    });
  });
}
