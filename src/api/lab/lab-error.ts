/** Errors of these routes: `{"detail": …}`, whatever went wrong. */
import { type AppError, errorMapping } from '../../core/errors.ts';
import { setErrorHeaders } from '../middleware/error-headers.ts';
import type { ApiContext } from '../state.ts';
import type { DetailError } from './fastapi/detail.ts';
import { sendJson } from './send-json.ts';

/** Ours says nothing of what went on inside. */
export function answerLabError(context: ApiContext, error: AppError): void {
  const status = errorMapping(error.code).httpStatus;
  const detail = status >= 500 && error.code !== 'unavailable' ? 'Internal Server Error' : error.message;
  setErrorHeaders(context, error);
  sendJson(context, JSON.stringify({ detail }), status);
}

export function answerDetail(context: ApiContext, { status, body, headers }: DetailError): void {
  context.set(headers as Record<string, string>);
  sendJson(context, body, status);
}
