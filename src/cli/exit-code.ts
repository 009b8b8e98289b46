/** Exit codes scripts can rely on, and the sentence that goes with each failure. */
import { RpcError, UnreachableError } from '../client/client.ts';
import { isJsonObject } from '../core/json.ts';

export const EXIT = { ok: 0, failed: 1, badUse: 2, refused: 3, unreachable: 4 } as const;

const REFUSED = new Set([401, 403, 409, 412, 429]);

/** The command was used wrongly, or what it names does not exist. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Null for an error that is a fault of ours: the caller shows it whole. */
export function explainFailure(error: unknown): { code: number; text: string } | null {
  if (error instanceof UsageError) return { code: EXIT.badUse, text: error.message };
  if (error instanceof UnreachableError) {
    const text = `Server not reachable at ${error.url} (${reasonOf(error)}). Start it with: npm start`;
    return { code: EXIT.unreachable, text };
  }
  if (!(error instanceof RpcError)) return null;
  return { code: codeOf(error), text: sentenceOf(error) };
}

function codeOf({ httpStatus, code }: RpcError): number {
  if (httpStatus === 503) return EXIT.unreachable;
  if (REFUSED.has(httpStatus)) return EXIT.refused;
  const isRefusalWithoutStatus =
    httpStatus === 200 && [-32000, -32001, -32002, -32003, -32009].includes(code);
  if (isRefusalWithoutStatus) return EXIT.refused;
  return httpStatus >= 500 ? EXIT.failed : EXIT.badUse;
}

function sentenceOf(error: RpcError): string {
  const hint = isJsonObject(error.data) ? error.data['hint'] : undefined;
  const wayOut = typeof hint === 'string' ? `. ${hint}` : '';
  const again = error.retryAfterSeconds === null ? '' : ` Try again in ${error.retryAfterSeconds} s.`;
  const requestId = error.httpStatus >= 500 ? error.meta?.['request_id'] : undefined;
  return `${error.sentence}${wayOut}${again}${typeof requestId === 'string' ? ` (request ${requestId})` : ''}`;
}

function reasonOf(error: UnreachableError): string {
  return error.message.slice(error.message.indexOf(error.url) + error.url.length + 2);
}
