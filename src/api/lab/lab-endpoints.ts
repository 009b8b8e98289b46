/**
 * The routes of the lab, found by their path before the router is asked: its patterns would cost a prediction as much
 * as the prediction. They are public: nobody is identified and no cookie is set.
 */
import type { ApiMiddleware } from '../state.ts';
import { DetailError } from './fastapi/detail.ts';
import { answerDetail } from './lab-error.ts';
import type { LabRoute } from './lab-route.ts';
import { sendJson } from './send-json.ts';

export interface LabEndpoints {
  readonly middleware: ApiMiddleware;
  has(path: string): boolean;
}

export function labEndpoints(routes: readonly LabRoute[]): LabEndpoints {
  const byPath = new Map(routes.map((route) => [route.path, route]));
  return {
    has: (path) => byPath.has(path),
    middleware: async function labEndpointsMiddleware(context, next) {
      const { path } = context;
      const route = byPath.get(path);
      if (route === undefined) {
        const twin = byPath.get(path.endsWith('/') ? path.slice(0, -1) : `${path}/`);
        if (twin === undefined) return next();
        // Existing clients are sent on by 307, which keeps method and body.
        context.status = 307;
        context.set('Location', `${twin.path}${context.search}`);
        context.body = '';
        return;
      }
      context.state.route = route.path;
      if (context.method !== route.method) {
        context.set('Allow', route.method);
        return sendJson(context, '{"detail":"Method Not Allowed"}', 405);
      }
      try {
        await route.answer(context);
      } catch (error) {
        if (!(error instanceof DetailError)) throw error;
        answerDetail(context, error);
      }
    },
  };
}
