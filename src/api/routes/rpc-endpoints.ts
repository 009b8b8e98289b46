/**
 * The JSON-RPC endpoints, found by their path before the router is asked: matching every route's pattern would cost a
 * small call more than its own work.
 */
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { identify } from '../middleware/identify.ts';
import type { RpcScope } from '../rpc/dispatch.ts';
import type { ApiMiddleware } from '../state.ts';
import { rpcRoute } from './rpc.ts';

export interface RpcEndpoints {
  readonly middleware: ApiMiddleware;
  /** POST is the only method they have. */
  has(path: string): boolean;
}

export function rpcEndpoints(
  scopes: Readonly<Record<string, RpcScope>>,
  deps: ApiDeps,
  hub: StreamHub,
): RpcEndpoints {
  const known = identify(deps);
  const routes = new Map(
    Object.entries(scopes).map(([path, scope]) => [path, rpcRoute(scope, deps, hub)] as const),
  );
  return {
    has: (path) => routes.has(path),
    middleware: function rpcEndpointsMiddleware(context, next) {
      const route = context.method === 'POST' ? routes.get(context.path) : undefined;
      if (route === undefined) return next();
      context.state.route = context.path;
      return known(context, () => route(context, next) as Promise<void>);
    },
  };
}
