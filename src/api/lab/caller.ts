/** Who calls, as far as these public routes care: the address, and what the client says of itself. */
import type { LabClient } from '../../ports/experiments.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext } from '../state.ts';

export function callerOf(context: ApiContext, deps: Pick<ApiDeps, 'clientAddress' | 'lab'>): LabClient {
  const { headers } = context;
  const forwarded = headers['x-forwarded-for'];
  const peer = context.req.socket.remoteAddress ?? 'unknown';
  const ip = deps.clientAddress.of(peer, Array.isArray(forwarded) ? forwarded.join(',') : forwarded);
  // A socket that listens on IPv6 gives IPv4 callers in this form.
  const address = ip.startsWith('::ffff:') ? ip.slice('::ffff:'.length) : ip;
  return deps.lab.monetization.clientOf(
    text(headers['x-client-id']),
    text(headers['x-client-plan']),
    address,
  );
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
