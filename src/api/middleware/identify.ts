/** Puts the caller on the context. Routes that anybody may read (probes, docs) do without. */
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { createOriginCheck } from './origin-check.ts';

/** Throws `unauthorized` for a bad credential, `forbidden` for what another site's page has sent. */
export function identify(
  deps: Pick<ApiDeps, 'identity' | 'activity' | 'clientAddress' | 'settings'>,
): ApiMiddleware {
  const checkOrigin = createOriginCheck(deps.settings);
  return async function identifyMiddleware(context, next) {
    const identity = await deps.identity.resolve({
      headers: context.headers,
      ip: addressOf(context, deps),
      method: context.method,
      path: context.path,
      setCookie: (value) => setCookie(context, value),
    });
    context.state.identity = identity;
    checkOrigin(context, identity);
    deps.activity.seen(identity, context.headers['user-agent']);
    return next();
  };
}

function addressOf(context: ApiContext, deps: Pick<ApiDeps, 'clientAddress'>): string {
  const forwarded = context.headers['x-forwarded-for'];
  const peer = context.req.socket.remoteAddress ?? '';
  return deps.clientAddress.of(peer, Array.isArray(forwarded) ? forwarded.join(',') : forwarded);
}

/** An answer that carries a session must not be kept for somebody else. */
function setCookie(context: ApiContext, value: string): void {
  context.append('Set-Cookie', value);
  context.set('Cache-Control', 'no-store');
}
