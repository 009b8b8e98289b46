/** A GET that answers with a value, as JSON that nobody keeps. */
import type { ApiContext } from '../state.ts';
import type { LabRoute } from './lab-route.ts';
import { sendJson } from './send-json.ts';

export function getRoute(path: string, make: (context: ApiContext) => unknown | Promise<unknown>): LabRoute {
  return {
    method: 'GET',
    path,
    answer: async (context) => {
      const value = await make(context);
      context.set('Cache-Control', 'no-store');
      sendJson(context, JSON.stringify(value));
    },
  };
}
