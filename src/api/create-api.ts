/** Builds the HTTP server's application: middlewares in order, the JSON-RPC endpoints, and the plain routes. */
import type { RequestListener } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import type { ScheduledOutcome, ScheduledStart } from '../core/run-protocol.ts';
import { WORKER_CALLS_PATH } from '../core/worker-protocol.ts';
import { a2aRoute } from './a2a/a2a-route.ts';
import { agentCardRoute, CARD_PATHS } from './a2a/agent-card.ts';
import type { ApiDeps } from './api-deps.ts';
import { discoverMethod } from './docs/openrpc.ts';
import { createStreamHub, type StreamHub } from './events/stream-hub.ts';
import { labEndpoints } from './lab/lab-endpoints.ts';
import { labRoutes } from './lab/lab-routes.ts';
import { mcpRoute } from './mcp/mcp-route.ts';
import { METHOD_TABLE, scopeOf } from './method-table.ts';
import { accessLog } from './middleware/access-log.ts';
import { compression } from './middleware/compression.ts';
import { cors } from './middleware/cors.ts';
import { errorResponse } from './middleware/error-response.ts';
import { hostCheck } from './middleware/host-check.ts';
import { identify } from './middleware/identify.ts';
import { requestId } from './middleware/request-id.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { restMethods, restRoute } from './rest/rest-route.ts';
import { autoLoginRoute } from './routes/auth.ts';
import { decodeRoute } from './routes/codec.ts';
import { conversationEventsRoute } from './routes/conversation-events.ts';
import { initExecutorsRoute, initStatusRoute } from './routes/demo-tasks.ts';
import { addDocsRoutes } from './routes/docs.ts';
import { allExecutorsRoute, oneExecutorRoute } from './routes/executors.ts';
import { fallback } from './routes/fallback.ts';
import { healthzRoute } from './routes/healthz.ts';
import { workerCallRoute } from './routes/internal.ts';
import { quotaStatusRoute, systemStatsRoute } from './routes/quota.ts';
import { rpcEndpoints } from './routes/rpc-endpoints.ts';
import { resultRoute, runEventsRoute } from './routes/runs.ts';
import { studyEventsRoute, studyReportRoute } from './routes/studies.ts';
import { exportUsageRoute } from './routes/usage.ts';
import { listUsersRoute, userStatsRoute } from './routes/users.ts';
import { addWebAppRoutes } from './routes/web-app.ts';
import { webhookTriggerRoute } from './routes/webhook-trigger.ts';
import { scheduledStarter } from './runs/start-scheduled.ts';
import type { ApiMiddleware, ApiState } from './state.ts';

const INIT_EXECUTORS = '/api/demo/tasks/init-executors';
const WEBHOOK_TRIGGER = '/webhook/trigger/:task_id';

export interface Api {
  readonly app: Koa<ApiState>;
  /** For `http.createServer`. */
  callback(): RequestListener;
  /** At shutdown: ends event streams without `final`, so that their clients resume elsewhere. */
  closeStreams(): void;
  /** Has a task run whose time has come. */
  startScheduled(start: ScheduledStart): Promise<ScheduledOutcome>;
}

export function createApi(deps: ApiDeps): Api {
  const app = new Koa<ApiState>();
  const hub = createStreamHub(deps.store.events, {
    maxPerUser: deps.settings.maxStreamsPerUser,
    observe: (open) => deps.metrics?.observeStreams(open),
  });
  const router = createRouter(deps, hub);
  const discover = [discoverMethod(METHOD_TABLE)];
  const lab = labEndpoints(labRoutes(deps));
  const rpc = rpcEndpoints(
    {
      '/tasks': scopeOf('tasks', METHOD_TABLE, discover),
      '/system': scopeOf('system', METHOD_TABLE, discover),
    },
    deps,
    hub,
  );

  app.use(cors({ origins: deps.settings.corsOrigins }));
  app.use(requestId());
  app.use(accessLog(deps.logger, deps.metrics, deps.clock));
  app.use(errorResponse(deps.logger, lab.has));
  app.use(hostCheck(deps.settings.allowedHosts));
  app.use(securityHeaders({ isHttps: deps.settings.publicUrl?.startsWith('https:') === true }));
  app.use(compression());
  app.use(rpc.middleware);
  app.use(lab.middleware);
  app.use(router.routes() as ApiMiddleware);
  app.use(
    fallback((path) => {
      const methods = router.match(path, 'GET').path.flatMap((layer) => layer.methods);
      // `/` is the agents' endpoint, which takes POST only.
      return rpc.has(path) || path === '/' ? [...methods, 'POST'] : methods;
    }),
  );
  // Broken connections end up here; answers themselves are errorResponse's.
  app.on('error', (error: unknown) => deps.logger.debug({ err: error }, 'connection error'));

  return {
    app,
    callback: () => app.callback() as RequestListener,
    closeStreams: () => hub.closeAll(),
    startScheduled: scheduledStarter(deps, hub),
  };
}

function createRouter(deps: ApiDeps, hub: StreamHub): Router<ApiState> {
  const router = new Router<ApiState>({ strict: true });
  const known = identify(deps);
  const named = (route: string): ApiMiddleware =>
    function nameRoute(context, next) {
      context.state.route = route;
      return next();
    };
  const get = (route: string, ...handlers: ApiMiddleware[]) => router.get(route, named(route), ...handlers);

  get('/healthz', healthzRoute);
  get('/api/executors/metadata', allExecutorsRoute(deps.registry));
  get('/api/executors/metadata/:id', oneExecutorRoute(deps.registry));
  get('/runs/:run_id/events', known, runEventsRoute(deps, hub));
  get('/runs/:run_id/tasks/:task_id/result', known, resultRoute(deps));
  get('/studies/:study_id/events', known, studyEventsRoute(deps, hub));
  get('/studies/:study_id/report', known, studyReportRoute(deps, hub));
  get('/conversations/:conversation_id/events', known, conversationEventsRoute(deps, hub));
  get('/auth/auto-login', known, autoLoginRoute(deps));
  get('/api/quota/status', known, quotaStatusRoute(deps));
  get('/api/quota/system-stats', known, systemStatsRoute(deps));
  get('/api/demo/tasks/init-status', known, initStatusRoute(deps));
  router.post(INIT_EXECUTORS, named(INIT_EXECUTORS), known, initExecutorsRoute(deps));
  get('/api/users/list', known, listUsersRoute(deps));
  get('/api/users/stats', known, userStatsRoute(deps));
  get('/api/usage/export', known, exportUsageRoute(deps));
  // Finds out by itself who is asking: most of its callers cannot sign in.
  router.post(WEBHOOK_TRIGGER, named(WEBHOOK_TRIGGER), webhookTriggerRoute(deps, hub));
  router.post('/mcp', named('/mcp'), known, mcpRoute(deps, hub));
  router.post('/', named('/'), known, a2aRoute(deps, hub));
  for (const path of CARD_PATHS) get(path, agentCardRoute(deps));
  router.post('/codec/decode', named('/codec/decode'), known, decodeRoute(deps));
  const { workerToken } = deps.settings;
  if (workerToken !== null) {
    const path = `${WORKER_CALLS_PATH}/:call`;
    router.post(path, named(path), workerCallRoute(deps, workerToken));
  }
  for (const entry of restMethods(METHOD_TABLE)) {
    const { path, verb } = entry.form;
    router.register(path, [verb], [named(path), known, restRoute(entry, deps, hub)]);
  }
  addDocsRoutes(router, METHOD_TABLE, deps);
  addWebAppRoutes(router, deps, known);
  return router;
}
