/** What the next request of a redirect looks like: target, method and the headers that may go along. */

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Whatever smells of a credential stays with the origin it was meant for. */
const CREDENTIAL = /^(authorization|proxy-authorization|cookie)$|api[-_]?key|token|secret|auth/;
const BODY_HEADERS = /^content-/;

/** The target of a redirect as the server wrote it, or null when the answer is none. */
export function redirectTarget(status: number, location: string | undefined): string | null {
  return REDIRECTS.has(status) && location !== undefined && location !== '' ? location : null;
}

/** The request to repeat at `target` (already checked). Header names of `hop` are lower-case. */
export function nextHop(hop: Hop, status: number, target: URL): Hop {
  // As browsers do: 303 always becomes GET, and so does a POST that is moved by 301 or 302.
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const isSameOrigin = target.origin === hop.url.origin;
  const headers = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || !CREDENTIAL.test(name)) && !(becomesGet && BODY_HEADERS.test(name)),
  );
  return {
    url: target,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : hop.body,
  };
}
