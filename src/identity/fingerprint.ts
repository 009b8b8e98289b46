/**
 * What tells callers without credentials apart: an HMAC of browser and address, under TASKGROVE_SECRET, so that neither
 * can be read back. `Accept` is left out on purpose: one client sends another for pages, JSON and event streams.
 */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

export interface Marks {
  /** Browser and address together. */
  readonly fingerprint: string;
  readonly ipHash: string;
}

const BROWSER_HEADERS = [
  'user-agent',
  'accept-language',
  'accept-encoding',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
] as const;
const KEPT = 10_000;
/** Longer headers than any browser's count by their beginning. */
const MOST_CHARACTERS = 500;

/** Remembers the latest callers: the two HMACs would else be most of what a small call costs. */
export function createMarks(key: Uint8Array): (headers: IncomingHttpHeaders, ip: string) => Marks {
  const known = new LRUCache<string, Marks>({ max: KEPT });
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
  return (headers, ip) => {
    const browser = BROWSER_HEADERS.map((name) => String(headers[name] ?? '').slice(0, MOST_CHARACTERS));
    const text = JSON.stringify([...browser, ip]);
    const found = known.get(text);
    if (found !== undefined) return found;
    const network = networkOf(ip);
    const marks = {
      fingerprint: hash(`fingerprint ${JSON.stringify([...browser, network])}`),
      ipHash: hash(`ip ${network}`),
    };
    known.set(text, marks);
    return marks;
  };
}

/** IPv6 by its /64, which is one customer; IPv4 inside IPv6 as IPv4; all of loopback as one. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.range() === 'loopback') return 'loopback';
  if (address.kind() === 'ipv4') return address.toString();
  return `${(address as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
