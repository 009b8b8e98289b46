/** Hands a Koa response over to work that is watched: its events, then the JSON-RPC answer, then the end. */
import { SSE_HEADERS } from '../events/stream-events.ts';
import type { WorkAnswer } from '../events/work-answer.ts';
import type { Call } from '../method.ts';
import { success } from '../rpc/dispatch.ts';
import type { RpcId } from '../rpc/envelope.ts';
import { errorAnswer, toAppError } from '../rpc/error-answer.ts';
import type { ApiContext } from '../state.ts';

const HEARTBEAT_MS = 15_000;

/** Resolves when the work has ended. A client that hangs up, and a shutdown, abort it by the call's `hangUp` signal. */
export async function sendWork(context: ApiContext, call: Call, id: RpcId, work: WorkAnswer): Promise<void> {
  const response = context.res;
  context.respond = false;
  context.status = 200;
  response.writeHead(200, SSE_HEADERS);
  const write = (text: string) => {
    if (!response.destroyed) response.write(`${text}\n\n`);
  };
  const send = (data: unknown) => write(`data: ${JSON.stringify(data)}`);
  const unregister = call.streams.register({
    userId: call.identity.userId,
    close: () => response.destroy(),
  });
  const heartbeat = setInterval(() => write(': keepalive'), HEARTBEAT_MS);
  work.listen(send);
  try {
    send(success(id, await work.result));
  } catch (caught) {
    const error = toAppError(caught, call.deps.logger, call.requestId);
    send(errorAnswer(id, error, call.requestId));
  } finally {
    clearInterval(heartbeat);
    unregister();
    send({ type: 'stream_end', final: true });
    if (!response.destroyed) response.end();
  }
}
