/**
 * The client's address behind proxies: the rightmost hop that nobody we trust has written. X-Forwarded-For from a peer
 * that is not trusted is said out loud, because then all clients look like one.
 */
import ipaddr from 'ipaddr.js';
import type { ClientAddress } from '../ports/identity.ts';
import type { Logger } from '../ports/telemetry.ts';

/** How many proxies stand before us, or which addresses they have. */
export type ProxyTrust = { readonly hops: number } | { readonly ranges: readonly string[] };

export interface ProxyWatch extends ClientAddress {
  /** For /health: degraded for ten minutes after an X-Forwarded-For that did not count. */
  check(): Promise<undefined | { readonly status: 'DEGRADED'; readonly detail: string }>;
}

const LOG_EVERY_MS = 60_000;
const DEGRADED_FOR_MS = 10 * 60_000;
type Address = ipaddr.IPv4 | ipaddr.IPv6;

export function createClientAddress(options: {
  readonly trust: ProxyTrust;
  readonly logger: Logger;
  readonly now: () => number;
}): ProxyWatch {
  const { trust, logger, now } = options;
  const isTrusted = 'ranges' in trust ? inRanges(trust.ranges) : null;
  let untrusted: { readonly at: number; readonly peer: string } | null = null;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function complain(peer: string): void {
    untrusted = { at: now(), peer: truncateAddress(peer) };
    if (now() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now();
    logger.warn({ peer: untrusted.peer }, 'X-Forwarded-For from a peer that TRUST_PROXY does not name');
  }

  return {
    of(peer, forwardedFor) {
      if (forwardedFor === undefined || forwardedFor.trim() === '') return peer;
      const hops = forwardedFor.split(',').map(withoutPort);
      if (isTrusted === null) {
        const count = 'hops' in trust ? trust.hops : 0;
        if (count > 0) return lastValid(hops.slice(-count).reverse(), peer);
        complain(peer);
        return peer;
      }
      if (!isTrusted(peer)) {
        complain(peer);
        return peer;
      }
      let client = peer;
      for (const hop of hops.reverse()) {
        if (!ipaddr.isValid(hop)) return client;
        client = hop;
        if (!isTrusted(hop)) return client;
      }
      return client;
    },
    check: async () => {
      if (untrusted === null || now() - untrusted.at > DEGRADED_FOR_MS) return undefined;
      const detail = `X-Forwarded-For from ${untrusted.peer} does not count: name the proxy in TRUST_PROXY`;
      return { status: 'DEGRADED', detail };
    },
  };
}

/** As logs may show it: without the last byte of IPv4, without all behind the /48 of IPv6. */
export function truncateAddress(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString().replace(/\.\d+$/, '.0');
  const parts = (address as ipaddr.IPv6).parts.slice(0, 3).map((part) => part.toString(16));
  return `${parts.join(':')}::`;
}

/** The farthest hop that is an address; whoever wrote something else behind it is not believed. */
function lastValid(nearestFirst: readonly string[], peer: string): string {
  let client = peer;
  for (const hop of nearestFirst) {
    if (!ipaddr.isValid(hop)) return client;
    client = hop;
  }
  return client;
}

/** Whether an address is in one of these (`192.0.2.1`, `10.0.0.0/8`). */
export function inRanges(ranges: readonly string[]): (ip: string) => boolean {
  const networks = ranges.map((range) =>
    ipaddr.isValidCIDR(range) ? ipaddr.parseCIDR(range) : single(ipaddr.process(range)),
  );
  return (ip) => {
    if (!ipaddr.isValid(ip)) return false;
    const address = ipaddr.process(ip);
    return networks.some((network) => address.kind() === network[0].kind() && address.match(network));
  };
}

function single(address: Address): [Address, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** `1.2.3.4:5678`, `[2001:db8::1]:443` and quoted forms of them. */
function withoutPort(hop: string): string {
  const text = hop.trim().replace(/^"|"$/g, '');
  const bracketed = /^\[([^\]]+)\](:\d+)?$/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^\d+(\.\d+){3}:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text;
}
