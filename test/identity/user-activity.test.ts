/** The users table costs one write a minute and user, and nothing for those who only look. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isoMicros } from '../../src/core/time.ts';
import { sweepGuests } from '../../src/identity/sweep-guests.ts';
import { createUserActivity, WRITE_EVERY_MS } from '../../src/identity/user-activity.ts';
import type { Identity } from '../../src/ports/identity.ts';
import type { UserStore } from '../../src/ports/user-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createMemoryStore } from '../api/support/memory-store.ts';
import { sampleTree } from '../store/sample-tasks.ts';
import { START_MS } from './make-identity.ts';

const guest: Identity = {
  userId: 'guest:ab12cd34ef56ab12cd34',
  roles: ['user'],
  isAdmin: false,
  source: 'session_cookie',
  credential: 'cookie',
  plan: 'free',
  fingerprint: 'f',
  ipHash: 'i',
  isGuest: true,
};
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function counted() {
  const { users } = createMemoryStore();
  const writes: string[] = [];
  const store: UserStore = {
    ...users,
    record: (rows) => {
      writes.push('record');
      return users.record(rows);
    },
    touch: (rows) => {
      writes.push('touch');
      return users.touch(rows);
    },
  };
  const clock = { ms: START_MS };
  const activity = createUserActivity({ store, logger: silent, now: () => clock.ms });
  return { store, writes, clock, activity };
}

it('the row is written at the first change, with a name people can read', async () => {
  const { store, activity, clock } = counted();
  activity.seen(guest, 'curl/8.5.0');
  await activity.flush();
  expect(await store.get(guest.userId)).toBeNull();
  clock.ms += 5_000;
  activity.seen(guest, 'curl/8.5.0');
  activity.changed(guest);
  await activity.flush();
  expect(await store.get(guest.userId)).toEqual({
    userId: guest.userId,
    username: 'Guest_curl_ab12cd34',
    source: 'session_cookie',
    isGuest: true,
    userAgent: 'curl/8.5.0',
    createdAt: isoMicros(START_MS),
    lastActiveAt: isoMicros(START_MS + 5_000),
  });
});

it('many requests are one write a minute', async () => {
  const { writes, activity, clock, store } = counted();
  activity.seen(guest, 'x');
  activity.changed(guest);
  await activity.flush();
  for (let index = 0; index < 100; index++) {
    clock.ms += WRITE_EVERY_MS / 100 - 1;
    activity.seen(guest, 'x');
    activity.changed(guest);
    await activity.flush();
  }
  expect(writes).toEqual(['record']);
  clock.ms += 100;
  activity.seen(guest, 'x');
  await activity.flush();
  expect(writes).toEqual(['record', 'touch']);
  expect((await store.get(guest.userId))?.lastActiveAt).toBe(isoMicros(clock.ms));
});

it('who comes back after a month gets a row again, though the old one was swept away', async () => {
  const { store, activity, clock } = counted();
  activity.seen(guest, 'x');
  activity.changed(guest);
  await activity.flush();
  clock.ms += 31 * 86_400_000;
  await store.remove([guest.userId]);
  activity.seen(guest, 'x');
  activity.changed(guest);
  await activity.flush();
  expect((await store.get(guest.userId))?.createdAt).toBe(isoMicros(clock.ms));
});

it('a write that failed is tried again with the next request', async () => {
  const { store, clock } = counted();
  let isBroken = true;
  const activity = createUserActivity({
    store: {
      ...store,
      record: (rows) => (isBroken ? Promise.reject(new Error('gone')) : store.record(rows)),
    },
    logger: silent,
    now: () => clock.ms,
  });
  activity.seen(guest, 'x');
  activity.changed(guest);
  await expect(activity.flush()).rejects.toThrow('gone');
  isBroken = false;
  activity.seen(guest, 'x');
  await activity.close();
  expect(await store.get(guest.userId)).not.toBeNull();
});

it('a guest who was away for thirty days goes with his tasks, others stay', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-sweep-'));
  const store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  try {
    const other = 'guest:ffffffffffffffffffff';
    const at = (days: number) => isoMicros(START_MS - days * 86_400_000);
    const row = { username: 'n', source: 's', isGuest: true, userAgent: null, createdAt: at(90) };
    await store.users.record([
      { ...row, userId: guest.userId, lastActiveAt: at(31) },
      { ...row, userId: other, lastActiveAt: at(29) },
    ]);
    const owned = (root: string, userId: string) =>
      sampleTree(root, 3).map((task) => ({ ...task, user_id: userId }));
    await store.tasks.create(owned('gone', guest.userId));
    await store.tasks.create(owned('kept', other));
    expect(await sweepGuests(store, START_MS)).toBe(1);
    expect(await store.users.get(guest.userId)).toBeNull();
    expect(await store.tasks.tree('gone')).toEqual([]);
    expect(await store.tasks.tree('kept')).toHaveLength(3);
    expect(await store.users.get(other)).not.toBeNull();
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
