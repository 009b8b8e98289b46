/** One line a request and its measurements. Quick successes are logged at debug: they are the bulk and say little. */
import type { ApiMetrics, Logger } from '../../ports/telemetry.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

const SLOW_MS = 1000;
/** Of requests that no route has answered: paths themselves would make labels without number. */
const UNMATCHED = '<unmatched>';
/** Whoever reads the measurements is not measured. */
const METRICS = '/metrics';
const MOST_PATH = 200;

export function accessLog(
  logger: Logger,
  metrics: ApiMetrics | undefined,
  clock: { now(): number },
): ApiMiddleware {
  function finish(context: ApiContext): void {
    const { status, method } = context;
    const durationMs = clock.now() - context.state.startedAt;
    const route = context.state.route ?? UNMATCHED;
    if (route !== METRICS) metrics?.observeRequest({ method, route, status, durationMs });
    const isNotable = status >= 400 || durationMs > SLOW_MS;
    const fields = {
      request_id: context.state.requestId,
      user_id: context.state.identity?.userId,
      known_by: context.state.identity?.source,
      method,
      route,
      path: context.path.slice(0, MOST_PATH),
      status,
      duration_ms: durationMs,
    };
    if (isNotable) logger.info(fields, 'access');
    else logger.debug(fields, 'access');
  }

  return async function accessLogMiddleware(context, next) {
    context.state.startedAt = clock.now();
    try {
      await next();
    } finally {
      finish(context);
    }
  };
}
