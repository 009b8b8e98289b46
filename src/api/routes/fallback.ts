/** What no route answered: 405 with `Allow` where the path exists, else 404. Plain texts, as existing clients know them. */
import type { ApiContext, ApiMiddleware } from '../state.ts';

/** `methodsOf` lists the methods a path has routes for; [] = no such path. */
export function fallback(methodsOf: (path: string) => readonly string[]): ApiMiddleware {
  return function fallbackMiddleware(context) {
    const methods = methodsOf(context.path);
    if (methods.length === 0) return text(context, 404, 'Not Found');
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
