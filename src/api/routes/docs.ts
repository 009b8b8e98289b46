/** The descriptions of the API: method list, OpenAPI, and the page for people. Each is made on first use and kept. */
import type Router from '@koa/router';
import { AppError, ERROR_TABLE, type ErrorCode, errorMapping } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { DOCS_SCRIPT, DOCS_STYLE } from '../docs/docs-assets.ts';
import { docsPage } from '../docs/docs-page.ts';
import { methodList } from '../docs/method-list.ts';
import { openApiDocument } from '../docs/openapi.ts';
import type { AnyMethod } from '../method.ts';
import type { ApiMiddleware, ApiState } from '../state.ts';

const SLUGS: ReadonlySet<string> = new Set(
  (Object.keys(ERROR_TABLE) as ErrorCode[]).map((code) => errorMapping(code).slug),
);

export function addDocsRoutes(router: Router<ApiState>, table: readonly AnyMethod[], deps: ApiDeps): void {
  const { version, publicUrl } = deps.settings;
  const info = { version, url: publicUrl ?? '' };
  router.get(
    '/tasks/methods',
    kept('application/json', () => JSON.stringify(methodList(table))),
  );
  router.get(
    '/openapi.json',
    kept('application/json', () => JSON.stringify(openApiDocument(table, info))),
  );
  router.get(
    '/docs',
    kept('text/html; charset=utf-8', () => docsPage(table, version)),
  );
  router.get(
    '/docs/style.css',
    kept('text/css; charset=utf-8', () => DOCS_STYLE),
  );
  router.get(
    '/docs/script.js',
    kept('text/javascript; charset=utf-8', () => DOCS_SCRIPT),
  );
  // Where pages of other tools look for these documents.
  for (const path of ['/redoc', '/docs/oauth2-redirect'])
    router.get(path, (context) => {
      context.status = 307;
      context.set('Location', '/docs');
      context.body = '';
    });
  router.get('/docs/errors/:slug', async (context) => {
    const { slug = '' } = context['params'] as Record<string, string>;
    // Only names we know lead to a file.
    if (!SLUGS.has(slug)) throw new AppError('not_found', 'There is no page about such an error');
    context.body = await deps.errorPage(slug);
    context.set('Content-Type', 'text/plain; charset=utf-8');
  });
}

function kept(contentType: string, make: () => string): ApiMiddleware {
  let body: string | undefined;
  return function keptDocument(context) {
    body ??= make();
    context.set('Content-Type', contentType);
    context.body = body;
  };
}
