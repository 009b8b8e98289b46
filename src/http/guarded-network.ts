/** Sockets for protocols that are not HTTP, opened under the same guard: what is checked is what is connected to. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '../core/errors.ts';
import type { ConnectRequest, Network } from '../core/network.ts';
import { refuseForbidden } from './check-url.ts';
import { type AddressLookup, guardedLookup, resolveChecked, systemLookup } from './guarded-connector.ts';
import { networkError } from './network-error.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

interface GuardOptions {
  readonly allowPrivateUrls: boolean;
  readonly lookup: AddressLookup;
}

export function createNetwork(options: {
  /** `ALLOW_PRIVATE_URLS`. */
  readonly allowPrivateUrls: boolean;
  /** For tests. Default: the system's resolver. */
  readonly lookup?: AddressLookup;
}): Network {
  const guard: GuardOptions = { lookup: systemLookup, ...options };
  return {
    connect: (request) => open({ ...request, host: bare(request.host) }, guard),
    async resolve(host) {
      const name = bare(host);
      checkLiteral(name, guard);
      if (isIP(name) !== 0) return [name];
      try {
        return (await resolveChecked(name, guard)).map(({ address }) => address);
      } catch (error) {
        throw networkError(error, host);
      }
    },
  };
}

/** IPv6 addresses are written in brackets in URLs. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** A literal address is never looked up, so it is judged before. */
function checkLiteral(host: string, { allowPrivateUrls }: GuardOptions): void {
  if (!allowPrivateUrls && isIP(host) !== 0) refuseForbidden(host, host);
}

async function open(request: ConnectRequest, guard: GuardOptions): Promise<Socket> {
  const { host, port, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = request;
  checkLiteral(host, guard);
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  if (signal?.aborted === true) throw cancelled(target);
  const { socket, opened } = dial(request, guard);
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      finish();
    };
    const fail = (error: AppError) =>
      settle(() => {
        // An error that comes after the verdict has no reader.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    const onError = (error: Error) => fail(networkError(error, target));
    const onAbort = () => fail(cancelled(target));
    const timer = setTimeout(
      () => fail(new AppError('task_timeout', `No connection to ${target} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once('error', onError);
    socket.once(opened, () => settle(() => resolve(socket)));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function dial({ host, port, tls }: ConnectRequest, guard: GuardOptions): { socket: Socket; opened: string } {
  const target = { host, port, lookup: guardedLookup(guard), autoSelectFamily: true };
  if (tls === undefined) return { socket: connectTcp(target), opened: 'connect' };
  const secure = connectTls({
    ...target,
    rejectUnauthorized: tls.verify,
    // A certificate of an address names the address; the protocol has no place for one.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  return { socket: secure, opened: 'secureConnect' };
}

function cancelled(target: string): AppError {
  return new AppError('task_cancelled', `The connection to ${target} was cancelled`);
}
