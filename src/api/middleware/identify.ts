/** Puts the caller on the context. Routes that anybody may read (probes, docs) do without. */
import type { IdentityResolver } from '../../ports/identity.ts';
import type { ApiMiddleware } from '../state.ts';

/** Throws `unauthorized` for a bad credential. */
export function identify(resolver: IdentityResolver): ApiMiddleware {
  return async function identifyMiddleware(context, next) {
    context.state.identity = await resolver.resolve({
      headers: context.headers,
      ip: context.ip,
      method: context.method,
      path: context.path,
    });
    return next();
  };
}
