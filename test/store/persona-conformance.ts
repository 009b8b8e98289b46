/** What every store must do with personas. The suite starts with an empty table, which the first test fills. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PersonaFields } from '../../src/core/persona/persona.ts';
import type { PersonaBackup } from '../../src/ports/persona-store.ts';
import type { IdempotencyRecord, Store } from '../../src/ports/store.ts';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000000+00:00`;

export function samplePersona(fields: Partial<PersonaFields> = {}): PersonaFields {
  return {
    name: 'Ana López',
    occupation: 'Nurse',
    location: 'Quito, Ecuador',
    tech_proficiency: 'Medium',
    behavioral_traits: ['asks "why" twice', 'reads reviews'],
    ...fields,
  };
}

const shipped = [1, 2, 7].map((id) => ({ ...samplePersona({ name: `Shipped ${id}` }), id }));

export function personaConformance(store: () => Store): void {
  const create = (owner: string, drafts = [samplePersona()], mostOfOwner = 100) =>
    store().personas.create({ owner, drafts, at: at(1), mostOfOwner });
  const user = () => `user-${randomUUID()}`;

  describe('personas', () => {
    test('of many that fill an empty table at once, one does', async () => {
      const { personas } = store();
      const counts = await Promise.all(Array.from({ length: 5 }, () => personas.seed(shipped, at(0))));
      expect(counts.filter((count) => count === 3)).toHaveLength(1);
      expect(counts.filter((count) => count === null)).toHaveLength(4);
      const { personas: read, total } = await personas.list({ viewer: null, limit: 2, offset: 1 });
      expect([total, read.map(({ id }) => id)]).toEqual([3, [2, 7]]);
      expect(read[0]).toEqual({
        ...shipped[1],
        owner: null,
        is_shipped: true,
        created_at: at(0),
        updated_at: at(0),
        version: 1,
      });
    });

    test('get ids that nobody had, also at the same time and after a deletion', async () => {
      const owner = user();
      const made = (await Promise.all(Array.from({ length: 10 }, () => create(owner)))).flat();
      const ids = made.map(({ id }) => id);
      expect(new Set(ids).size).toBe(10);
      expect(Math.min(...ids)).toBeGreaterThan(7);
      const last = Math.max(...ids);
      expect(await store().personas.remove(last, owner)).toBe(true);
      expect((await create(owner))[0]?.id).toBeGreaterThan(last);
      expect(await store().personas.getMany([last])).toEqual([]);
      const [first] = await store().personas.getMany([ids[0] ?? 0, 999_999]);
      expect(first).toMatchObject({ ...samplePersona(), owner, is_shipped: false, version: 1 });
    });

    test('are as many as a user may have, however many are made at once', async () => {
      const owner = user();
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => create(owner, [samplePersona(), samplePersona()], 6)),
      );
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused).toHaveLength(5);
      expect(refused[0]?.reason).toMatchObject({ code: 'conflict' });
      expect((await store().personas.list({ viewer: owner, only: 'owned', limit: 9, offset: 0 })).total).toBe(
        6,
      );
    });

    test('change for their owner, from the version that was read', async () => {
      const owner = user();
      const [made] = await create(owner);
      const id = made?.id ?? 0;
      const change = (fields: Partial<PersonaFields>, version?: number, by = owner) =>
        store().personas.update({ id, owner: by, fields, at: at(2), ...(version && { version }) });
      expect(await change({ name: 'Eva' }, 1)).toEqual({
        ...made,
        name: 'Eva',
        updated_at: at(2),
        version: 2,
      });
      await expect(change({ name: 'Old' }, 1)).rejects.toMatchObject({ code: 'precondition_failed' });
      expect(await change({ name: 'Thief' }, undefined, user())).toBeNull();
      await expect(store().personas.remove(id, owner, 1)).rejects.toMatchObject({
        code: 'precondition_failed',
      });
      expect(await store().personas.remove(id, user())).toBe(false);
      const races = await Promise.allSettled(
        Array.from({ length: 5 }, (_, n) => change({ name: `R${n}` }, 2)),
      );
      expect(races.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store().personas.update({ id: 1, owner: '', fields: {}, at: at(2) })).toBeNull();
      expect(await store().personas.remove(1, '')).toBe(false);
    });

    test('are seen by their owner, found by their words', async () => {
      const owner = user();
      const word = randomUUID();
      await create(owner, [
        samplePersona({ name: `Ärztin ${word}` }),
        samplePersona({ behavioral_traits: [`likes ${word}`], tech_proficiency: 'Low' }),
      ]);
      await create(user(), [samplePersona({ name: word })]);
      const find = async (search: string, more: object = {}) =>
        (await store().personas.list({ viewer: owner, search, limit: 9, offset: 0, ...more })).personas.map(
          ({ name }) => name,
        );
      expect(await find(word.toUpperCase())).toEqual([`Ärztin ${word}`, 'Ana López']);
      expect(await find(`ÄRZTIN ${word}`)).toEqual([`Ärztin ${word}`]);
      expect(await find(word, { techProficiency: 'Low' })).toEqual(['Ana López']);
      expect(await find(word, { viewer: null })).toHaveLength(3);
      expect(await find('shipped', { only: 'shipped' })).toHaveLength(3);
      expect(await find('shipped', { only: 'owned' })).toEqual([]);
      expect(await find('%')).toEqual([]);
    });

    test('go with their owner', async () => {
      const owner = user();
      await create(owner, [samplePersona(), samplePersona()]);
      expect(await store().personas.removeOf([owner, user(), ''])).toBe(2);
      expect(
        (await store().personas.list({ viewer: null, only: 'shipped', limit: 9, offset: 0 })).total,
      ).toBe(3);
    });

    test('a key is used once, with the ids in its answer', async () => {
      const owner = user();
      const idempotency: IdempotencyRecord = {
        userId: owner,
        method: 'personas.create',
        key: 'k1',
        bodyHash: 'hash',
        answer: { note: 'kept' },
      };
      const input = { owner, drafts: [samplePersona()], at: at(1), mostOfOwner: 9, idempotency };
      const [made] = await store().personas.create(input);
      await expect(store().personas.create(input)).rejects.toMatchObject({ code: 'idempotency_conflict' });
      const found = await store().idempotency.find(owner, 'personas.create', 'k1');
      expect(found?.answer).toEqual({ note: 'kept', ids: [made?.id] });
    });

    test('a snapshot has everything, and a number that grows with each change', async () => {
      const owner = user();
      const { personas } = store();
      const before = await personas.withSnapshot(async (snapshot) => snapshot);
      const [made] = await create(owner);
      const after = await personas.withSnapshot(async (snapshot) => snapshot);
      expect(after.revision).toBeGreaterThan(before.revision);
      expect(after.personas).toEqual([...before.personas, made]);
      expect(await personas.revision()).toBe(after.revision);
      await expect(personas.withSnapshot(() => Promise.reject(new Error('no')))).rejects.toThrow();
    });

    test('what was done with files is kept, newest first', async () => {
      const backup = (minute: number): PersonaBackup => ({
        id: randomUUID(),
        at: at(minute),
        kind: 'backup',
        target: 'file',
        path: 'personas_backup.json',
        bytes: 12,
        sha256: 'ab',
        count: 1,
        by: minute === 1 ? null : 'admin',
      });
      const [one, two] = [backup(1), backup(2)];
      await store().personas.recordBackup(two);
      await store().personas.recordBackup(one);
      expect(await store().personas.backups(5)).toEqual([two, one]);
      expect(await store().personas.backups(1)).toEqual([two]);
    });

    test('are replaced as a whole; what stays as it is keeps its version', async () => {
      const owner = user();
      const { personas } = store();
      const entries = [
        { ...samplePersona({ name: 'Shipped 1' }), id: 1 },
        { ...samplePersona({ name: 'Another' }), id: 2 },
        { ...samplePersona(), id: 5_000, owner },
      ];
      const { total } = await personas.list({ viewer: null, limit: 1, offset: 0 });
      const result = await personas.replaceAll(entries, at(9));
      expect(result).toEqual({ added: 1, changed: 1, removed: total - 2 });
      const { personas: all } = await personas.list({ viewer: null, limit: 9, offset: 0 });
      expect(all.map(({ id, name, version, owner: of }) => [id, name, version, of])).toEqual([
        [1, 'Shipped 1', 1, null],
        [2, 'Another', 2, null],
        [5_000, 'Ana López', 1, owner],
      ]);
      expect((await create(owner))[0]?.id).toBe(5_001);
    });
  });
}
