/**
 * Opens sockets only to addresses that passed the check. The check is part of the socket's own look-up, so what is
 * checked is what is connected to: a name that answers differently the second time (DNS rebinding) gains nothing.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { refuseForbidden } from './check-url.ts';

/** Resolves a name to all its addresses. */
export type AddressLookup = (hostname: string) => Promise<LookupAddress[]>;

export const systemLookup: AddressLookup = (hostname) =>
  new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });

/** How long a connection may take to open. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A connector for undici's Agent. One forbidden address among several refuses the whole name. */
export function guardedConnector(options: {
  readonly allowPrivateUrls: boolean;
  readonly verifyTls: boolean;
  readonly lookup: AddressLookup;
}): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    rejectUnauthorized: options.verifyTls,
    lookup: guardedLookup(options),
  });
  return (target, callback) => {
    try {
      // A literal address is never looked up.
      if (!options.allowPrivateUrls && isIP(target.hostname) !== 0)
        refuseForbidden(target.hostname, target.hostname);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(target, callback);
  };
}

/** For the `lookup` option of Node's sockets. */
export function guardedLookup(options: { allowPrivateUrls: boolean; lookup: AddressLookup }): LookupFunction {
  return (hostname, { all }, callback) => {
    resolveChecked(hostname, options).then(
      (addresses) => {
        const first = addresses[0] as LookupAddress;
        if (all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/** All addresses of a name. @throws AppError `blocked_address`, or the resolver's own error. */
export async function resolveChecked(
  hostname: string,
  options: { readonly allowPrivateUrls: boolean; readonly lookup: AddressLookup },
): Promise<LookupAddress[]> {
  const addresses = await options.lookup(hostname);
  if (addresses.length === 0) {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
  }
  if (!options.allowPrivateUrls) {
    for (const { address } of addresses) refuseForbidden(hostname, address);
  }
  return addresses;
}
