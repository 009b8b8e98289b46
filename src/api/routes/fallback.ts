/** What no route answered: 405 with `Allow` where the path exists, else 404; each in the form existing clients know. */
import { sendJson } from '../lab/send-json.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

/** `methodsOf` lists the methods a path has routes for; [] = no such path. */
export function fallback(methodsOf: (path: string) => readonly string[]): ApiMiddleware {
  return function fallbackMiddleware(context) {
    const methods = methodsOf(context.path);
    if (methods.length === 0) return sendJson(context, '{"detail":"Not Found"}', 404);
    context.set('Allow', [...new Set([...methods, 'OPTIONS'])].sort().join(', '));
    if (context.method === 'OPTIONS') {
      context.status = 204;
      return;
    }
    text(context, 405, 'Method Not Allowed');
  };
}

function text(context: ApiContext, status: number, body: string): void {
  context.status = status;
  context.type = 'text/plain; charset=utf-8';
  context.body = body;
}
