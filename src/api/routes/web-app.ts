/** `/app/`: the built web app. What is no file there is a page of the app, which finds its way by the address itself. */
import type Router from '@koa/router';
import { AppError } from '../../core/errors.ts';
import type { WebApp, WebAppFile } from '../../ports/web-app.ts';
import type { ApiDeps, ApiSettings } from '../api-deps.ts';
import type { ApiContext, ApiMiddleware, ApiState } from '../state.ts';

const BASE = '/app/';
const INDEX = 'index.html';
/** The build names these after their content: under one name there is only ever one content. */
const HASHED = 'assets/';
const FOREVER = 'public, max-age=31536000, immutable';

export function addWebAppRoutes(
  router: Router<ApiState>,
  deps: Pick<ApiDeps, 'webApp' | 'settings'>,
  known: ApiMiddleware,
): void {
  const toApp: ApiMiddleware = (context) => {
    context.set('Cache-Control', 'no-cache');
    context.redirect(BASE);
  };
  router.get('/', toApp);
  router.get('/app', toApp);
  router.get('/app/server.json', serverFactsRoute(deps.settings));
  router.get('/app/me.json', known, meRoute);
  router.get('/app/{*path}', webAppRoute(deps.webApp));
}

/** What the app shows of the server it came from. */
function serverFactsRoute(settings: ApiSettings): ApiMiddleware {
  return function serverFacts(context) {
    context.set('Cache-Control', 'no-cache');
    context.body = {
      version: settings.version,
      temporal_ui_url: settings.temporalUiUrl,
      demo_mode: settings.demoMode,
      force_demo: settings.forceDemo,
      has_server_llm: settings.hasServerLlm,
    };
  };
}

/** Who the app's visitor is here: what it may offer depends on that. */
const meRoute: ApiMiddleware = (context) => {
  const { identity } = context.state;
  if (identity === undefined) throw new Error('identify must run before this route');
  context.set('Cache-Control', 'no-store');
  context.body = { user_id: identity.userId, is_guest: identity.isGuest, is_admin: identity.isAdmin };
};

function webAppRoute(webApp: WebApp): ApiMiddleware {
  return async function webAppFile(context) {
    // One label for all of them: the app's addresses carry ids.
    context.state.route = '/app/*';
    const path = context.path.slice(BASE.length);
    const file = path === '' ? null : await webApp.file(path);
    if (file !== null) {
      context.set('Cache-Control', path.startsWith(HASHED) ? FOREVER : 'no-cache');
      return send(context, file);
    }
    if (isFileName(path)) throw new AppError('not_found', 'The web app has no such file');
    const index = await webApp.file(INDEX);
    if (index === null) {
      context.set('Cache-Control', 'no-store');
      throw new AppError(
        'unavailable',
        'The web app is not built here: run `npm run build:web` and load this page again. The API works without it.',
      );
    }
    context.set('Cache-Control', 'no-cache');
    send(context, index);
  };
}

/** Ids in addresses may contain dots; what looks like a script or an image must not be answered with a page. */
function isFileName(path: string): boolean {
  return path.startsWith(HASHED) || /\.(js|css|svg|png|ico|woff2|map|json|webmanifest|txt)$/.test(path);
}

function send(context: ApiContext, file: WebAppFile): void {
  context.set('Content-Type', file.contentType);
  context.set('ETag', file.etag);
  context.vary('Accept-Encoding');
  context.status = 200;
  if (context.fresh) {
    context.status = 304;
    return;
  }
  const packed = { br: file.brotli, gzip: file.gzip };
  // Asked one by one: the best that both sides know, not the one that browsers happen to name first.
  const encoding = (['br', 'gzip'] as const).find(
    (name) => packed[name] !== null && context.acceptsEncodings(name) === name,
  );
  if (encoding !== undefined) context.set('Content-Encoding', encoding);
  context.body = encoding === undefined ? file.body : packed[encoding];
}
