/** `/live`, `/ready`, `/health` and `/metrics`: for those who watch the process, not for its users. */
import type { ApiDeps } from '../api-deps.ts';
import type { ApiMiddleware } from '../state.ts';

/** The process answers. */
export const liveRoute: ApiMiddleware = (context) => {
  context.set('Cache-Control', 'no-store');
  context.body = { status: 'ok' };
};

/** 200 when a posted tree would run, else 503. */
export function readyRoute(deps: ApiDeps): ApiMiddleware {
  return async function ready(context) {
    const { ready: isReady, components } = await deps.readiness();
    context.set('Cache-Control', 'no-store');
    if (!isReady) context.set('Retry-After', '1');
    context.status = isReady ? 200 : 503;
    context.body = { status: isReady ? 'ready' : 'not_ready', components };
  };
}

/** Always 200 while the process answers: degraded parts are named, not punished with a restart. */
export function healthRoute(deps: ApiDeps): ApiMiddleware {
  return async function health(context) {
    const { ready, components } = await deps.readiness();
    context.set('Cache-Control', 'no-store');
    context.body = { status: 'ok', ready, version: deps.settings.version, components };
  };
}

export function metricsRoute(deps: ApiDeps): ApiMiddleware {
  return async function metrics(context, next) {
    if (deps.metrics === undefined) return next();
    const { contentType, body } = await deps.metrics.render();
    context.set('Content-Type', contentType);
    context.body = body;
  };
}
