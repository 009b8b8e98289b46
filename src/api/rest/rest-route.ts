/**
 * One method over plain HTTP. The call goes through the dispatcher, so that roles, limits and checks are the same as
 * over JSON-RPC; only the clothes differ: params from path, query and body, a status of its own, the bare result.
 */
import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { AnyMethod } from '../method.ts';
import { readBody } from '../middleware/read-body.ts';
import { callOf } from '../routes/rpc.ts';
import { checkValue } from '../rpc/check-value.ts';
import { invokeValue } from '../rpc/invoke.ts';
import { parseBody } from '../rpc/parse-body.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { queryParams } from './query-params.ts';
import type { RestForm } from './rest-form.ts';

/** A method with its form. */
export interface RestMethod {
  readonly method: AnyMethod;
  readonly form: RestForm;
}

/** Paths without params come first, so that `/personas/export` is no persona. */
export function restMethods(table: readonly AnyMethod[]): RestMethod[] {
  const found = table.flatMap((method) => (method.rest === undefined ? [] : [{ method, form: method.rest }]));
  const paramsIn = ({ form }: RestMethod) => form.path.split('/:').length;
  return found.sort((left, right) => paramsIn(left) - paramsIn(right));
}

/** After `identify`. */
export function restRoute({ method, form }: RestMethod, deps: ApiDeps, streams: StreamHub): ApiMiddleware {
  return async function rest(context) {
    const { given, size } = await paramsOf(context, { method, form }, deps).catch(asRest);
    const inPath = (context as ApiContext & { params?: Record<string, string> }).params ?? {};
    const named = queryParams(method.params, Object.entries(inPath));
    const call = callOf(context, deps, streams);
    const result = await invokeValue({ call, size }, method.name, { ...given, ...named }).catch(asRest);
    answer(context, form, result);
  };
}

async function paramsOf(
  context: ApiContext,
  { method, form }: RestMethod,
  deps: ApiDeps,
): Promise<{ given: JsonObject; size: number }> {
  const query = queryParams(method.params, Object.entries(context.query));
  if (context.method === 'GET' || context.method === 'DELETE') return { given: query, size: 0 };
  const { maxBodyBytes, smallBodyBytes } = deps.settings;
  const bytes = await readBody(context.req, method.bodyLimit === 'large' ? maxBodyBytes : smallBodyBytes);
  if (bytes.length === 0) return { given: query, size: 0 };
  const { value, text } = parseBody(bytes, context.headers['content-type']);
  checkValue(value, text);
  return { given: { ...query, ...bodyParams(value as JsonValue, form) }, size: bytes.length };
}

function bodyParams(value: JsonValue, { listParam }: RestForm): JsonObject {
  if (isJsonObject(value)) return value;
  if (listParam !== undefined && Array.isArray(value)) return { [listParam]: value };
  const wanted = listParam === undefined ? 'a JSON object' : 'a JSON object or a list';
  throw new AppError('invalid_request', `The body must be ${wanted}`);
}

/** What does not fit is 422 here, as clients of such routes expect. */
function asRest(error: unknown): never {
  if (AppError.is(error) && error.code === 'invalid_params')
    throw new AppError('unprocessable', error.message, {
      cause: error,
      ...(error.details === undefined ? {} : { details: error.details }),
    });
  throw error;
}

function answer(context: ApiContext, form: RestForm, result: JsonValue): void {
  const status = form.statusOf?.(result) ?? form.status ?? 200;
  const version = form.versionOf?.(result) ?? null;
  if (version !== null) context.set('ETag', `"${version}"`);
  const location = form.locationOf?.(result) ?? null;
  if (location !== null) context.set('Location', location);
  context.set('Cache-Control', 'no-store');
  context.status = status;
  if (status === 204) return;
  context.set('Content-Type', 'application/json');
  context.body = JSON.stringify(result);
}
