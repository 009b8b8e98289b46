/** `GET /healthz`: the process answers, as a word, for the probes of the Persona Feedback Simulator. */
import type { ApiMiddleware } from '../state.ts';

export const healthzRoute: ApiMiddleware = (context) => {
  context.set('Cache-Control', 'no-store');
  context.type = 'text/plain; charset=utf-8';
  context.body = 'OK';
};
