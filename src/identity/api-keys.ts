/** API keys: 256 random bits behind `tg_`, kept as a hash, shown once. No salt is needed: nobody guesses such a key. */
import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { uuidV7 } from '../core/ids.ts';
import { isoMicros } from '../core/time.ts';
import type { ApiKeys } from '../ports/identity.ts';
import type { ApiKeyRecord, KeyStore } from '../ports/user-store.ts';

const KEY_PREFIX = 'tg_';
const KEY = /^tg_[\w-]{43}$/;
const HINT_CHARACTERS = 10;
const KEPT = 10_000;

export interface CheckedKeys extends ApiKeys {
  /** The key's record when it may be used now, else null. */
  check(key: string): Promise<ApiKeyRecord | null>;
}

export function newApiKey(): string {
  return KEY_PREFIX + randomBytes(32).toString('base64url');
}

export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function isApiKey(text: string): boolean {
  return text.startsWith(KEY_PREFIX);
}

/**
 * `freshMs`: how long a record found may be used without looking again: for ever where no other process writes, a
 * moment where one may revoke it.
 */
export function createApiKeys(options: {
  readonly store: KeyStore;
  readonly freshMs: number;
  readonly now: () => number;
}): CheckedKeys {
  const { store, now } = options;
  const found = new LRUCache<string, { readonly record: ApiKeyRecord; readonly at: number }>({ max: KEPT });

  /** Moves on with every revocation: what was read before one is not kept. */
  let epoch = 0;

  async function load(hash: string): Promise<ApiKeyRecord | null> {
    const kept = found.get(hash);
    if (kept !== undefined && now() - kept.at <= options.freshMs) return kept.record;
    const asked = { at: now(), epoch };
    const record = await store.findByHash(hash);
    if (record === null || record.revokedAt !== null) found.delete(hash);
    else if (asked.epoch === epoch) found.set(hash, { record, at: asked.at });
    return record;
  }

  return {
    async check(key) {
      if (!KEY.test(key)) return null;
      const record = await load(hashKey(key));
      if (record === null || record.revokedAt !== null) return null;
      const isExpired = record.expiresAt !== null && Date.parse(record.expiresAt) <= now();
      return isExpired ? null : record;
    },
    async create(input) {
      const key = newApiKey();
      const record: ApiKeyRecord = {
        keyId: uuidV7(),
        keyHash: hashKey(key),
        hint: key.slice(0, HINT_CHARACTERS),
        userId: input.userId,
        name: input.name,
        roles: input.roles,
        plan: input.plan,
        createdAt: isoMicros(now()),
        expiresAt: input.expiresAt,
        revokedAt: null,
      };
      await store.create(record);
      return { key, record };
    },
    list: (userId) => store.list(userId),
    get: (keyId) => store.get(keyId),
    async revoke(keyId) {
      const record = await store.revoke(keyId, isoMicros(now()));
      epoch++;
      if (record !== null) found.delete(record.keyHash);
      return record;
    },
  };
}
