/** Decides whether an IP address is one that tasks may not reach: anything that is not plainly public. */
import ipaddr from 'ipaddr.js';

/** Public by their range, yet answering only inside a cloud: they hand out a machine's credentials. */
const CLOUD_METADATA = new Set(['168.63.129.16']);
/** Global unicast as assigned today; IPv6 outside of it (site-local, IPv4-compatible, local NAT64 …) is never public. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Why the address is refused (`loopback`, `private`, `linkLocal`, `carrierGradeNat`, `6to4` …), or null when it is public.
 * A text that is no address is refused too. IPv6 forms that carry an IPv4 address are judged by that one or refused.
 */
export function forbiddenAddress(address: string): string | null {
  const text = address.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(text)) return 'not an address';
  // `process` turns ::ffff:127.0.0.1 into 127.0.0.1.
  const parsed = ipaddr.process(text);
  if (CLOUD_METADATA.has(parsed.toString())) return 'cloud metadata';
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed.kind() === 'ipv6' && !parsed.match(GLOBAL_IPV6)) return 'not global unicast';
  return null;
}
