/** The last catch: whatever is thrown becomes an answer from the one error table, without stack or cause. */
import { AppError, errorMapping } from '../../core/errors.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { answerLabError } from '../lab/lab-error.ts';
import { errorAnswer, rpcError, toAppError } from '../rpc/error-answer.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { setErrorHeaders } from './error-headers.ts';

const RPC_PATHS = new Set(['/tasks', '/system', '/']);

/** `isLab`: paths whose errors are `{detail}`. */
export function errorResponse(logger: Logger, isLab: (path: string) => boolean): ApiMiddleware {
  return async function errorResponseMiddleware(context, next) {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(fromHttpError(thrown), logger, context.state.requestId);
      if (context.res.headersSent) {
        // A started answer cannot be taken back; cutting it is the only honest sign.
        context.res.destroy();
        return;
      }
      if (isLab(context.path)) answerLabError(context, error);
      else answerError(context, error);
    }
  };
}

/** Writes the error in the shape of the endpoint: JSON-RPC where one was called, `{error}` elsewhere. */
export function answerError(context: ApiContext, error: AppError): void {
  const { requestId } = context.state;
  setErrorHeaders(context, error);
  context.status = errorMapping(error.code).httpStatus;
  const isRpc = context.method === 'POST' && RPC_PATHS.has(context.path);
  // What is refused before the body is read has no id to answer to; existing clients know these shapes.
  if (error.code === 'rate_limited') context.body = { error: rpcError(error, requestId) };
  else if (isRpc && error.code === 'unauthorized')
    context.body = { jsonrpc: '2.0', error: rpcError(error, requestId) };
  else if (isRpc) context.body = errorAnswer(null, error, requestId);
  else context.body = { error: restError(error, requestId) };
  context.set('Content-Type', 'application/json');
}

function restError(error: AppError, requestId: string) {
  const { code, docs, details } = rpcError(error, requestId).meta;
  return {
    code,
    message: error.message,
    request_id: requestId,
    docs,
    ...(details === undefined ? {} : { details }),
  };
}

/** Errors of Koa itself (bad URI escapes and the like) carry a status; a client's fault is not ours. */
function fromHttpError(thrown: unknown): unknown {
  if (AppError.is(thrown) || !(thrown instanceof Error)) return thrown;
  const status = (thrown as Error & { status?: unknown }).status;
  const isClientFault =
    thrown instanceof URIError || (typeof status === 'number' && status >= 400 && status < 500);
  return isClientFault ? new AppError('invalid_request', 'Bad request', { cause: thrown }) : thrown;
}
