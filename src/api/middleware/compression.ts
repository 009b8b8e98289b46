/** Compresses answers of 1 KiB and more. Streams and small answers, which are most, never enter the library. */
import compress from 'koa-compress';
import type { ApiMiddleware } from '../state.ts';

const THRESHOLD = 1024;

export function compression(): ApiMiddleware {
  const inner = compress({ threshold: THRESHOLD }) as unknown as ApiMiddleware;
  const nothing = () => Promise.resolve();

  return async function compressionMiddleware(context, next) {
    await next();
    const { body } = context;
    if (context.respond === false || body === null || body === undefined) return;
    if ((typeof body === 'string' || Buffer.isBuffer(body)) && body.length < THRESHOLD) return;
    if (context.headers['accept-encoding'] === undefined) {
      context.vary('Accept-Encoding');
      return;
    }
    await inner(context, nothing);
  };
}
