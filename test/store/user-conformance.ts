/** What every store must do with users and API keys. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import type { ApiKeyRecord, UserRecord } from '../../src/ports/user-store.ts';
import { sampleAccept, sampleTree } from './sample-tasks.ts';

const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000000+00:00`;

function user(fields: Partial<UserRecord> = {}): UserRecord {
  return {
    userId: `user-${randomUUID()}`,
    username: 'Somebody',
    source: 'jwt',
    isGuest: false,
    userAgent: 'agent/1',
    createdAt: day(1),
    lastActiveAt: day(1),
    ...fields,
  };
}

function key(fields: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    keyId: randomUUID(),
    keyHash: randomUUID(),
    hint: 'tg_abc',
    userId: `user-${randomUUID()}`,
    name: 'nightly',
    roles: ['user', 'reviewer'],
    plan: 'free',
    createdAt: day(1),
    expiresAt: null,
    revokedAt: null,
    ...fields,
  };
}

/** Called inside the suite of a store. */
export function userConformance(open: () => Store): void {
  describe('users', () => {
    test('are written once; later only their activity moves, and never back', async () => {
      const { users } = open();
      const first = user();
      await users.record([first]);
      await users.record([{ ...first, username: 'Other', createdAt: day(5), lastActiveAt: day(5) }]);
      await users.touch([{ userId: first.userId, userAgent: 'agent/2', lastActiveAt: day(7) }]);
      await users.touch([{ userId: first.userId, userAgent: 'agent/3', lastActiveAt: day(3) }]);
      expect(await users.get(first.userId)).toEqual({
        ...first,
        userAgent: 'agent/2',
        lastActiveAt: day(7),
      });
    });

    test('who has no row gets none by activity alone', async () => {
      const { users } = open();
      await users.touch([{ userId: 'never-written', userAgent: null, lastActiveAt: day(2) }]);
      expect(await users.get('never-written')).toBeNull();
    });

    test('the same user many times at once is one row', async () => {
      const { users } = open();
      const one = user();
      await Promise.all(Array.from({ length: 20 }, () => users.record([one])));
      expect(await users.get(one.userId)).toEqual(one);
    });

    test('are listed by activity and counted by period', async () => {
      const { users } = open();
      const before = await users.stats(day(20));
      const all = await users.stats(null);
      const [old, recent] = [
        user({ lastActiveAt: day(10) }),
        user({ createdAt: day(25), lastActiveAt: day(26) }),
      ];
      await users.record([old, recent]);
      expect(await users.stats(day(20))).toEqual({
        total: before.total + 2,
        active: before.active + 1,
        created: before.created + 1,
      });
      expect(await users.stats(null)).toEqual({
        total: all.total + 2,
        active: all.active + 2,
        created: all.created + 2,
      });
      const ids = async (status?: 'active' | 'inactive') =>
        (await users.list({ since: day(20), limit: 100, ...(status === undefined ? {} : { status }) })).map(
          ({ userId }) => userId,
        );
      expect((await ids())[0]).toBe(recent.userId);
      expect(await ids('active')).toEqual([recent.userId]);
      expect(await ids('inactive')).toContain(old.userId);
      expect(await ids('inactive')).not.toContain(recent.userId);
      expect(await users.list({ since: day(20), limit: 1 })).toEqual([recent]);
    });

    test('guests who are idle go, but not one whose tree still runs', async () => {
      const store = open();
      const { users } = store;
      const idle = user({ isGuest: true, lastActiveAt: day(2) });
      const busy = user({ isGuest: true, lastActiveAt: day(2) });
      const signedIn = user({ lastActiveAt: day(2) });
      const awake = user({ isGuest: true, lastActiveAt: day(28) });
      await users.record([idle, busy, signedIn, awake]);
      const tree = sampleTree(`busy-${randomUUID()}`, 1);
      const accept = sampleAccept(tree, { newTasks: tree, userId: busy.userId });
      const { run } = await store.runs.accept(accept);
      expect(await users.idleGuests(day(15), 100)).toEqual([idle.userId]);
      await store.runs.commit({ runId: run.run_id, end: { status: 'completed', error: null } });
      expect((await users.idleGuests(day(15), 100)).sort()).toEqual([idle.userId, busy.userId].sort());
      await users.remove([idle.userId, busy.userId]);
      expect(await users.idleGuests(day(15), 100)).toEqual([]);
      expect(await users.get(signedIn.userId)).not.toBeNull();
    });
  });

  describe('API keys', () => {
    test('are found by hash and by id, and listed by owner, newest first', async () => {
      const { keys } = open();
      const older = key({ expiresAt: day(9) });
      const newer = key({ userId: older.userId, createdAt: day(2) });
      await keys.create(older);
      await keys.create(newer);
      await keys.create(key());
      expect(await keys.findByHash(older.keyHash)).toEqual(older);
      expect(await keys.get(newer.keyId)).toEqual(newer);
      expect(await keys.list(older.userId)).toEqual([newer, older]);
      expect((await keys.list()).length).toBeGreaterThanOrEqual(3);
      expect(await keys.findByHash('unknown')).toBeNull();
    });

    test('stay revoked from the first time on', async () => {
      const { keys } = open();
      const one = key();
      await keys.create(one);
      expect(await keys.revoke(one.keyId, day(3))).toEqual({ ...one, revokedAt: day(3) });
      expect(await keys.revoke(one.keyId, day(4))).toEqual({ ...one, revokedAt: day(3) });
      expect((await keys.findByHash(one.keyHash))?.revokedAt).toBe(day(3));
      expect(await keys.revoke('unknown', day(3))).toBeNull();
    });
  });
}
