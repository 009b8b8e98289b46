/** JSON as these routes have always sent it: without a charset. */
import type { ApiContext } from '../state.ts';

/** `text` is JSON already. */
export function sendJson(context: ApiContext, text: string, status = 200): void {
  context.status = status;
  context.set('Content-Type', 'application/json');
  context.body = text;
}
