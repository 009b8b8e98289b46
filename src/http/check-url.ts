/** Reads a URL a user gave and refuses what the guarded client never calls. Looks nothing up. */
import { isIP } from 'node:net';
import { AppError } from '../core/errors.ts';
import { forbiddenAddress } from './forbidden-address.ts';

/** The way out that every refusal names. */
export const PRIVATE_URLS_HINT = 'Set ALLOW_PRIVATE_URLS=1 on the server to allow it';

/**
 * Parses and checks a URL. Decimal, octal, hex and short IPv4 forms are normalised by the parser before they are judged.
 * @throws AppError `task_failed` (no URL, other scheme, user info) or `blocked_address` (a forbidden literal address).
 */
export function checkUrl(text: string, allowPrivateUrls: boolean): URL {
  if (!URL.canParse(text)) {
    throw new AppError('task_failed', `'${text}' is not a valid URL. Give one like https://example.com/path`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError('task_failed', `URL scheme '${url.protocol}' is not supported. Use http or https`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('task_failed', 'A URL may not carry a user name or password. Send them as a header');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivateUrls && isIP(host) !== 0) refuseForbidden(host, host);
  return url;
}

/** @throws AppError `blocked_address` when `address`, which `host` resolved to, is not public. */
export function refuseForbidden(host: string, address: string): void {
  const reason = forbiddenAddress(address);
  if (reason === null) return;
  const what = host === address ? address : `${host} (${address})`;
  throw new AppError('blocked_address', `${what} is not a public address (${reason}). ${PRIVATE_URLS_HINT}`, {
    details: { host, address, reason },
  });
}
