/** Answers only under names we are known by: a page elsewhere cannot reach a local server by DNS rebinding. */
import { AppError } from '../../core/errors.ts';
import type { ApiMiddleware } from '../state.ts';

const PROBES = new Set(['/live', '/healthz', '/ready', '/health', '/metrics']);

/** `hosts` without ports; `*` = any, `*.example.com` = its subdomains. Empty = any. */
export function hostCheck(hosts: readonly string[]): ApiMiddleware {
  const exact = new Set(hosts.map((host) => host.toLowerCase()));
  const suffixes = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1).toLowerCase());
  const allowsAll = exact.size === 0 || exact.has('*');

  return function hostCheckMiddleware(context, next) {
    if (allowsAll || PROBES.has(context.path)) return next();
    const name = hostName(context.headers.host ?? '');
    if (exact.has(name) || suffixes.some((suffix) => name.endsWith(suffix))) return next();
    throw new AppError('forbidden', 'This host name is not served here; add it to ALLOWED_HOSTS');
  };
}

/** Without the port; IPv6 without brackets as well as with. */
function hostName(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(1, lower.indexOf(']'));
  const colon = lower.lastIndexOf(':');
  return colon === -1 ? lower : lower.slice(0, colon);
}
