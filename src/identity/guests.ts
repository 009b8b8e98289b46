/**
 * Who somebody without a credential is. A program (curl) is its fingerprint, for ever. A browser's first request makes
 * a new guest, so that identical browsers do not share tasks; requests of one fingerprint within half a minute are one
 * visitor, because a page's first requests go out side by side, before any of them has brought the cookie.
 */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';

export const GUEST_PREFIX = 'guest:';
const WINDOW_MS = 30_000;
const KEPT = 50_000;

export interface Guests {
  /** For requests without a session. */
  idFor(headers: IncomingHttpHeaders, fingerprint: string): string;
}

export function createGuests(key: Uint8Array, now: () => number): Guests {
  const programs = new LRUCache<string, string>({ max: KEPT });
  const newcomers = new LRUCache<string, { readonly id: string; readonly at: number }>({ max: KEPT });
  const idOf = (text: string) =>
    GUEST_PREFIX + createHmac('sha256', key).update(text).digest('hex').slice(0, 20);
  function programId(fingerprint: string): string {
    const known = programs.get(fingerprint);
    if (known !== undefined) return known;
    const id = idOf(`program ${fingerprint}`);
    programs.set(fingerprint, id);
    return id;
  }
  return {
    idFor(headers, fingerprint) {
      if (!isBrowser(headers)) return programId(fingerprint);
      const found = newcomers.get(fingerprint);
      const at = now();
      if (found !== undefined && at - found.at < WINDOW_MS) return found.id;
      // From the time and no random number: another process of this deployment comes to the same id.
      const id = idOf(`browser ${fingerprint} ${Math.floor(at / WINDOW_MS)}`);
      newcomers.set(fingerprint, { id, at });
      return id;
    },
  };
}

/** Node's own fetch sends Sec-Fetch-Mode alone and keeps no cookies: that is a program, whatever it looks like. */
export function isBrowser(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return true;
  if (headers['sec-fetch-site'] !== undefined || headers['sec-fetch-dest'] !== undefined) return true;
  return headers['sec-fetch-mode'] !== undefined && headers['user-agent']?.startsWith('Mozilla/') === true;
}
