/** The value of `demo_session_id`: a guest's id and when it was given, signed. Nothing about it is stored. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { GUEST_PREFIX } from './guests.ts';

export const SESSION_COOKIE = 'demo_session_id';
export const SESSION_SECONDS = 30 * 86_400;
/** A visit after this time makes the thirty days begin anew. */
const RENEW_AFTER_SECONDS = 86_400;
const CLOCK_SKEW_SECONDS = 300;
/** Programs that keep no cookies are given one with every answer: the same for a while. */
const REUSE_SECONDS = 3_600;
const KEPT = 10_000;

export interface Session {
  readonly guestId: string;
  /** Old enough to be given anew. */
  readonly isAging: boolean;
}

export interface SessionCookies {
  write(guestId: string): string;
  /** Null when it was changed, is too old, or was signed under another secret. */
  read(value: string): Session | null;
}

export function createSessionCookies(key: Uint8Array, now: () => number): SessionCookies {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  const seconds = () => Math.floor(now() / 1_000);
  const given = new LRUCache<string, { readonly value: string; readonly at: number }>({ max: KEPT });
  /** Values whose signature was right: it is the dearest part of a small request. */
  const good = new LRUCache<string, { readonly guestId: string; readonly at: number }>({ max: KEPT });

  function prove(value: string): { readonly guestId: string; readonly at: number } | null {
    const match = /^([0-9a-f]{20})\.([0-9a-z]{1,10})\.([\w-]{43})$/.exec(value);
    if (match === null) return null;
    const [, id, time, signature] = match as unknown as [string, string, string, string];
    const given = Buffer.from(signature, 'base64url');
    const expected = sign(`${id}.${time}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return { guestId: `${GUEST_PREFIX}${id}`, at: Number.parseInt(time, 36) };
  }

  return {
    write(guestId) {
      const latest = given.get(guestId);
      const at = seconds();
      if (latest !== undefined && at - latest.at < REUSE_SECONDS) return latest.value;
      const text = `${guestId.slice(GUEST_PREFIX.length)}.${at.toString(36)}`;
      const value = `${text}.${sign(text).toString('base64url')}`;
      given.set(guestId, { value, at });
      return value;
    },
    read(value) {
      let proved = good.get(value);
      if (proved === undefined) {
        proved = prove(value) ?? undefined;
        if (proved === undefined) return null;
        good.set(value, proved);
      }
      const ageSeconds = seconds() - proved.at;
      if (ageSeconds > SESSION_SECONDS || ageSeconds < -CLOCK_SKEW_SECONDS) return null;
      return { guestId: proved.guestId, isAging: ageSeconds > RENEW_AFTER_SECONDS };
    },
  };
}
