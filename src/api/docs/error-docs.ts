/** Errors as the documents show them, from the one table. */
import { ERROR_TABLE, type ErrorCode, errorMapping } from '../../core/errors.ts';

/** What any method may answer, whatever it does. */
export const GENERAL_ERRORS: readonly ErrorCode[] = [
  'parse_error',
  'invalid_request',
  'method_not_found',
  'invalid_params',
  'unauthorized',
  'forbidden',
  'payload_too_large',
  'rate_limited',
  'unavailable',
  'internal',
];

/** JSON Schema of `error` in a JSON-RPC answer. */
export const rpcErrorSchema = {
  type: 'object',
  required: ['code', 'message', 'data', 'meta'],
  properties: {
    code: { type: 'integer' },
    message: { type: 'string' },
    data: { description: 'A sentence for people, or an object with `reason` for quota and rate errors' },
    meta: {
      type: 'object',
      required: ['code', 'request_id', 'docs'],
      properties: {
        code: { type: 'string', enum: Object.keys(ERROR_TABLE) },
        request_id: { type: 'string' },
        docs: { type: 'string', description: 'Path of the page about this code' },
        message: { type: 'string', description: 'The sentence for people, where `data` is an object' },
        details: { type: 'object' },
      },
    },
  },
} as const;

/** HTTP statuses of these codes with a description of each. */
export function statusesOf(codes: readonly string[]): Map<number, string> {
  const statuses = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    if (!Object.hasOwn(ERROR_TABLE, code)) throw new Error(`Unknown error code in the method table: ${code}`);
    const { httpStatus, rpcCode, message } = errorMapping(code as ErrorCode);
    statuses.set(httpStatus, [...(statuses.get(httpStatus) ?? []), `${code} (${rpcCode} ${message})`]);
  }
  return new Map([...statuses].map(([status, texts]) => [status, texts.join(', ')]));
}
