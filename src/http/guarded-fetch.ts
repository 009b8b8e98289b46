/**
 * The only way tasks and webhooks reach the network: private addresses are refused when the socket opens, every
 * redirect is checked again, and time, headers and body are limited.
 */
import { Agent, type Dispatcher } from 'undici';
import { AppError } from '../core/errors.ts';
import type { HttpRequest, HttpResponse, HttpStreamRequest, StreamingHttpClient } from '../core/executor.ts';
import { checkUrl } from './check-url.ts';
import { type AddressLookup, guardedConnector, resolveChecked, systemLookup } from './guarded-connector.ts';
import { networkError } from './network-error.ts';
import { ACCEPTED_ENCODINGS, readBody, unpackedBody } from './read-body.ts';
import { type Hop, nextHop, redirectTarget } from './redirect.ts';

export interface HttpClientOptions {
  /** `ALLOW_PRIVATE_URLS`: loopback, private and other addresses that are not public may be called. */
  readonly allowPrivateUrls: boolean;
  /** For tests. Default: the system's resolver. */
  readonly lookup?: AddressLookup;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const DEFAULT_REDIRECTS = 5;
const MAX_HEADER_BYTES = 64 * 1024;
const CONNECTIONS_PER_ORIGIN = 64;
const IDLE_MS = 4_000;
/** Belong to the connection, or decide whom we talk to: never taken from a caller. */
const OWN_HEADERS =
  /^(host|connection|content-length|transfer-encoding|keep-alive|upgrade|te|trailer|expect)$/;

/** A client with its own bounded pool of kept-alive connections; make one per process. */
export function createHttpClient(options: HttpClientOptions): StreamingHttpClient {
  const { allowPrivateUrls, lookup = systemLookup } = options;
  const agents = new Map<boolean, Agent>();
  const agentFor = (verifyTls: boolean): Agent => {
    const agent = agents.get(verifyTls) ?? makeAgent({ allowPrivateUrls, lookup, verifyTls });
    agents.set(verifyTls, agent);
    return agent;
  };
  const open = (call: CallLimits) =>
    follow(
      agentFor(call.request.verifyTls ?? true),
      firstHop(call.request, checkUrl(call.request.url, allowPrivateUrls)),
      call,
    );
  return {
    async request(request) {
      const call = limitsOf(request, allowPrivateUrls);
      try {
        return await readWhole(await open(call), request);
      } catch (error) {
        throw failureOf(error, call);
      }
    },
    async stream(request) {
      const call = limitsOf(request, allowPrivateUrls);
      try {
        const { answer, headers, encoding } = await open(call);
        return { status: answer.statusCode, headers, body: pieces(call, answer.body, encoding) };
      } catch (error) {
        throw failureOf(error, call);
      }
    },
  };
}

async function* pieces(call: CallLimits, body: Answered['answer']['body'], encoding: string) {
  try {
    yield* unpackedBody(body, encoding, call.request.maxBytes ?? DEFAULT_MAX_BYTES);
  } catch (error) {
    throw failureOf(error, call);
  } finally {
    body.destroy();
  }
}

async function readWhole(
  { answer, url, headers, encoding }: Answered,
  request: HttpRequest,
): Promise<HttpResponse> {
  const body = await readBody(answer.body, encoding, request.maxBytes ?? DEFAULT_MAX_BYTES);
  return { status: answer.statusCode, url, headers, body };
}

function limitsOf(request: HttpStreamRequest, allowPrivateUrls: boolean): CallLimits {
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
  return { request, timeoutMs, timeout, signal, allowPrivateUrls };
}

function failureOf(error: unknown, { request, timeout, timeoutMs }: CallLimits): AppError {
  const { url } = request;
  if (request.signal?.aborted === true) {
    return new AppError('task_cancelled', `The request to ${url} was cancelled`, { cause: error });
  }
  if (timeout.aborted) {
    const text = `No complete answer from ${url} within ${timeoutMs} ms`;
    return new AppError('task_timeout', text, { details: { url, timeoutMs }, cause: error });
  }
  return networkError(error, url);
}

/**
 * The check at registration time (webhooks): scheme, user info, and every address the name has now. A name that cannot
 * be resolved passes, because it may appear later and is checked again when it is called.
 * @throws AppError `blocked_address`, or `invalid_params` for what is no usable URL.
 */
export async function assertPublicUrl(url: string, options: HttpClientOptions): Promise<void> {
  const { allowPrivateUrls, lookup = systemLookup } = options;
  let hostname: string;
  try {
    hostname = checkUrl(url, allowPrivateUrls).hostname.replace(/^\[|\]$/g, '');
  } catch (error) {
    if (AppError.is(error) && error.code === 'task_failed') {
      throw new AppError('invalid_params', error.message, { cause: error });
    }
    throw error;
  }
  if (allowPrivateUrls) return;
  try {
    await resolveChecked(hostname, { allowPrivateUrls, lookup });
  } catch (error) {
    if (AppError.is(error)) throw error;
  }
}

function makeAgent(options: Parameters<typeof guardedConnector>[0]): Agent {
  return new Agent({
    connect: guardedConnector(options),
    connections: CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The request's own total limit rules.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function firstHop(request: HttpRequest, url: URL): Hop {
  const headers: Record<string, string> = { 'accept-encoding': ACCEPTED_ENCODINGS };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const lower = name.toLowerCase();
    if (!OWN_HEADERS.test(lower)) headers[lower] = value;
  }
  return { url, method: request.method ?? 'GET', headers, body: request.body ?? null };
}

interface CallLimits {
  readonly request: HttpStreamRequest;
  readonly timeoutMs: number;
  readonly timeout: AbortSignal;
  /** The caller's and the time limit's. */
  readonly signal: AbortSignal;
  readonly allowPrivateUrls: boolean;
}

/** The last answer, its body unread. */
interface Answered {
  readonly answer: Dispatcher.ResponseData;
  /** After redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding: string;
}

async function follow(agent: Agent, first: Hop, limits: CallLimits): Promise<Answered> {
  const maxRedirects = limits.request.maxRedirects ?? DEFAULT_REDIRECTS;
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(agent, hop, limits);
    const headers = flatHeaders(answer.headers);
    const location = redirectTarget(answer.statusCode, headers['location']);
    if (location === null || maxRedirects === 0) {
      const isEmpty = hop.method === 'HEAD' || answer.statusCode === 204 || answer.statusCode === 304;
      const encoding = isEmpty ? '' : (headers['content-encoding'] ?? '');
      return { answer, url: hop.url.href, headers, encoding };
    }
    await discard(answer.body);
    if (redirects >= maxRedirects) {
      throw new AppError('task_failed', `More than ${maxRedirects} redirects from ${first.url.href}`);
    }
    const target = URL.canParse(location, hop.url.href) ? new URL(location, hop.url).href : location;
    hop = nextHop(hop, answer.statusCode, checkUrl(target, limits.allowPrivateUrls));
  }
}

function send(agent: Agent, hop: Hop, { request, signal }: CallLimits): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: hop.url.origin,
    path: `${hop.url.pathname}${hop.url.search}`,
    method: hop.method as Dispatcher.HttpMethod,
    headers: { ...hop.headers },
    body: hop.body,
    signal,
    ...(request.idleTimeoutMs === undefined ? {} : { bodyTimeout: request.idleTimeoutMs }),
  });
}

/** Reads a redirect's body away so that the connection can be used again; a long one costs the connection. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 64 * 1024 });
}

function flatHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
