/** Gives every request an id: the caller's when it is harmless, else a new one. It stands in logs, errors and the answer. */
import { randomUUID } from 'node:crypto';
import type { ApiMiddleware } from '../state.ts';

const HARMLESS = /^[A-Za-z0-9._:-]{1,128}$/;

export function requestId(): ApiMiddleware {
  return function requestIdMiddleware(context, next) {
    const given = context.headers['x-request-id'];
    const id = typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
    context.state.requestId = id;
    context.set('X-Request-Id', id);
    return next();
  };
}
