/** The guarded client in the shape of `fetch`, for libraries that bring their own HTTP. */
import type { StreamingHttpClient } from '../src/core/executor.ts';

export interface FetchLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Added to a request, by its body. */
  readonly headersFor?: (body: string) => Readonly<Record<string, string>>;
}

type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

const WITHOUT_BODY = new Set([101, 204, 205, 304]);
/** Said of the packed body; ours is unpacked. */
const PACKING = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

/** Event streams are handed on while they come, all else is read to its end first. Throws the client's AppErrors. */
export function fetchOver(http: StreamingHttpClient, limits: FetchLimits): FetchLike {
  return async (url, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : null;
    const answer = await http.stream({
      url: String(url),
      method: init.method ?? 'GET',
      headers: { ...Object.fromEntries(new Headers(init.headers)), ...limits.headersFor?.(body ?? '') },
      ...(body === null ? {} : { body }),
      signal: init.signal ? AbortSignal.any([init.signal, limits.signal]) : limits.signal,
      timeoutMs: limits.timeoutMs,
      maxBytes: limits.maxBytes,
    });
    const headers = Object.entries(answer.headers).filter(([name]) => !PACKING.has(name));
    const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true;
    const content = isStream ? streamOf(answer.body) : await whole(answer.body);
    return new Response(WITHOUT_BODY.has(answer.status) ? null : content, {
      status: answer.status,
      headers,
    });
  };
}

function streamOf(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(body as AsyncIterable<Uint8Array<ArrayBuffer>>);
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
