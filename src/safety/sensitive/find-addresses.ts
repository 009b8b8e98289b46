/** IP addresses, both versions. Loopback and "any" say nothing about anybody. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Match } from './match.ts';
import { SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

const NOBODY = /^(?:127\.|0\.0\.0\.0$|255\.255\.255\.255$)/;
const VERSION = /(?:\bv|version|release|build)[ :=]{0,2}$/i;
/** Unicast, local and link-local prefixes; two groups of anything else are a name in some programming language. */
const KNOWN_PREFIX = /^(?:2[0-9a-f]{3}|3[0-9a-f]{3}|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/i;

export function findAddresses(text: string): Match[] {
  const matches: Match[] = [];
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.ipv4)) {
    const isVersion = VERSION.test(text.slice(Math.max(0, index - 12), index));
    if (isIPv4(found) && !NOBODY.test(found) && !isVersion)
      matches.push({ type: 'ip_address', start: index, end: index + found.length, score: 0.95 });
  }
  if (!text.includes(':')) return matches;
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.ipv6)) {
    if (isIPv6(found) && isSomebody(found))
      matches.push({ type: 'ip_address', start: index, end: index + found.length, score: 0.95 });
  }
  return matches;
}

function isSomebody(address: string): boolean {
  const groups = address.split(':').filter((group) => group !== '');
  return /\d/.test(address) && (groups.length >= 3 || KNOWN_PREFIX.test(address));
}
