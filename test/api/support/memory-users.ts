/** The users and keys of the store in memory. */
import type { ApiKeyRecord, KeyStore, UserRecord, UserStore } from '../../../src/ports/user-store.ts';

export function memoryUsers(): UserStore {
  const users = new Map<string, UserRecord>();
  const touch: UserStore['touch'] = async (activity) => {
    for (const row of activity) {
      const user = users.get(row.userId);
      if (user !== undefined && user.lastActiveAt < row.lastActiveAt)
        users.set(row.userId, { ...user, ...row });
    }
  };
  const sorted = () =>
    [...users.values()].sort((left, right) => (left.lastActiveAt < right.lastActiveAt ? 1 : -1));
  return {
    record: async (rows) => {
      for (const row of rows) if (!users.has(row.userId)) users.set(row.userId, row);
      await touch(rows);
    },
    touch,
    get: async (id) => users.get(id) ?? null,
    list: async ({ status, since, limit }) =>
      sorted()
        .filter((user) => status === undefined || user.lastActiveAt >= since === (status === 'active'))
        .slice(0, limit),
    stats: async (since) => ({
      total: users.size,
      active: sorted().filter((user) => user.lastActiveAt >= (since ?? '')).length,
      created: sorted().filter((user) => user.createdAt >= (since ?? '')).length,
    }),
    idleGuests: async (before, limit) =>
      sorted()
        .filter((user) => user.isGuest && user.lastActiveAt < before)
        .map((user) => user.userId)
        .slice(0, limit),
    remove: async (ids) => {
      for (const id of ids) users.delete(id);
    },
  };
}

export function memoryKeys(): KeyStore {
  const keys = new Map<string, ApiKeyRecord>();
  return {
    create: async (key) => void keys.set(key.keyId, key),
    findByHash: async (hash) => [...keys.values()].find((key) => key.keyHash === hash) ?? null,
    get: async (id) => keys.get(id) ?? null,
    list: async (userId) =>
      [...keys.values()].reverse().filter((key) => userId === undefined || key.userId === userId),
    revoke: async (id, at) => {
      const key = keys.get(id);
      if (key === undefined) return null;
      const revoked = { ...key, revokedAt: key.revokedAt ?? at };
      keys.set(id, revoked);
      return revoked;
    },
  };
}
