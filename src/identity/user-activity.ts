/**
 * Who was active when, without a write per request: at most one a minute and user, all users' together. A user's row
 * is made when the user first changes something; somebody who only looks leaves none.
 */
import { LRUCache } from 'lru-cache';
import { isoMicros } from '../core/time.ts';
import type { Identity, UserActivity } from '../ports/identity.ts';
import type { Logger } from '../ports/telemetry.ts';
import type { UserStore } from '../ports/user-store.ts';
import { guestName } from './guest-name.ts';

export const WRITE_EVERY_MS = 60_000;
const FLUSH_AFTER_MS = 1_000;
const KEPT = 20_000;
/** Whoever was away longer is met as if for the first time: the row may have been swept away. */
const FORGOTTEN_AFTER_MS = 29 * 86_400_000;

interface Seen {
  readonly identity: Identity;
  userAgent: string | null;
  firstAt: number;
  lastAt: number;
  writtenAt: number;
  /** The user has changed something since this process knows it: there must be a row. */
  hasChanged: boolean;
  hasRow: boolean;
}

export interface ClosableActivity extends UserActivity {
  /** Writes what waits; later activity is not written any more. */
  close(): Promise<void>;
}

export function createUserActivity(options: {
  readonly store: UserStore;
  readonly logger: Logger;
  readonly now: () => number;
}): ClosableActivity {
  const { store, logger, now } = options;
  const known = new LRUCache<string, Seen>({ max: KEPT });
  const waiting = new Map<string, Seen>();
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  function schedule(seen: Seen): void {
    waiting.set(seen.identity.userId, seen);
    if (timer !== null || isClosed) return;
    timer = setTimeout(() => void flush().catch(report), FLUSH_AFTER_MS);
    timer.unref();
  }
  const report = (error: unknown) =>
    logger.warn({ err: error }, 'The activity of users could not be written');

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const users = [...waiting.values()];
    waiting.clear();
    if (users.length === 0) return;
    try {
      await write(store, users, now());
    } catch (error) {
      // The next activity tries again.
      for (const seen of users) seen.writtenAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  return {
    seen(identity, userAgent) {
      const at = now();
      let seen = known.get(identity.userId);
      if (seen === undefined || at - seen.lastAt > FORGOTTEN_AFTER_MS) {
        seen = {
          identity,
          userAgent: null,
          firstAt: at,
          lastAt: at,
          writtenAt: Number.NEGATIVE_INFINITY,
          hasChanged: false,
          hasRow: false,
        };
        known.set(identity.userId, seen);
      }
      seen.lastAt = at;
      seen.userAgent = userAgent?.slice(0, 500) ?? null;
      if (at - seen.writtenAt >= WRITE_EVERY_MS) schedule(seen);
    },
    changed(identity) {
      const seen = known.get(identity.userId);
      if (seen === undefined || seen.hasChanged) return;
      seen.hasChanged = true;
      schedule(seen);
    },
    flush,
    async close() {
      isClosed = true;
      await flush().catch(report);
    },
  };
}

async function write(store: UserStore, users: readonly Seen[], at: number): Promise<void> {
  const isNew = (seen: Seen) => seen.hasChanged && !seen.hasRow;
  const fresh = users.filter(isNew);
  const others = users.filter((seen) => !isNew(seen));
  for (const seen of users) seen.writtenAt = at;
  if (fresh.length > 0) {
    await store.record(fresh.map((seen) => ({ ...activityOf(seen), ...personOf(seen) })));
    for (const seen of fresh) seen.hasRow = true;
  }
  if (others.length > 0) await store.touch(others.map(activityOf));
}

function activityOf(seen: Seen) {
  const { identity, userAgent, lastAt } = seen;
  return { userId: identity.userId, userAgent, lastActiveAt: isoMicros(lastAt) };
}

function personOf({ identity, userAgent, firstAt }: Seen) {
  const { userId, isGuest, source, displayName } = identity;
  const username = isGuest ? guestName(userId, userAgent) : (displayName ?? userId);
  return { username, source, isGuest, createdAt: isoMicros(firstAt) };
}
