/** Names for guests that people can tell apart in a list: `Guest_Mac_Chrome_ab12cd34`. */
import { GUEST_PREFIX } from './guests.ts';

/** The first that matches counts: each browser also claims to be those below it. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad|iPod/, 'iOS'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'Mac'],
  [/Linux|X11/, 'Linux'],
];
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\/|EdgiOS\//, 'Edge'],
  [/\bOPR\/|Opera/, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^(python|aiohttp)/i, 'Python'],
  [/^(node|undici|axios)/i, 'Node'],
];

/** What the User-Agent does not tell is left out. */
export function guestName(userId: string, userAgent: string | null): string {
  const find = (table: typeof SYSTEMS) => table.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const id = userId.slice(GUEST_PREFIX.length, GUEST_PREFIX.length + 8);
  return ['Guest', find(SYSTEMS), find(BROWSERS), id].filter((part) => part !== undefined).join('_');
}
