/**
 * Calls of the plain routes, the only place here that knows `fetch`. Same origin, JSON, the session's cookie or a key; three
 * shapes of errors (`{error: {message}}`, `{detail}`, JSON-RPC) become one.
 */
import { apiKey } from './api-key.ts';
import { RequestError } from './request-error.ts';

export interface RestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The answer's JSON; undefined when there is none (204). Throws RequestError. */
export async function rest<Answer>(path: string, options: RestOptions = {}): Promise<Answer> {
  const response = await request(path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** The response of a 2xx answer, for streams and downloads. Throws RequestError. */
export async function request(path: string, options: RestOptions = {}): Promise<Response> {
  const hasBody = options.body !== undefined;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? (hasBody ? 'POST' : 'GET'),
      headers: {
        accept: 'application/json',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...apiKey.headers(),
        ...options.headers,
      },
      ...(hasBody ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new RequestError({
      message: 'The server does not answer. Check that it is running, then try again.',
      status: 0,
      ...(error instanceof Error ? { code: error.name } : {}),
    });
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** What the server's sentence takes for granted, for readers who come from a form. */
const LEADS: Readonly<Record<string, string>> = {
  quota_exceeded: 'Your quota is used up: ',
  concurrency_exceeded: 'Too much at the same time: ',
};

type ErrorBody = {
  error?:
    | { code?: unknown; message?: unknown; data?: unknown; meta?: { code?: unknown; message?: unknown } }
    | string;
  detail?: unknown;
  message?: unknown;
};

async function refusal(response: Response): Promise<RequestError> {
  const text = await response.text();
  const body = parse(text);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const error = typeof body.error === 'object' ? body.error : undefined;
  const code = error?.meta?.code ?? error?.code;
  const sentence =
    sentenceOf(body) ?? (text.trim().slice(0, 200) || `The server answered ${response.status}`);
  return new RequestError({
    message: `${LEADS[String(code)] ?? ''}${sentence}`,
    status: response.status,
    code: typeof code === 'string' ? code : null,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

function sentenceOf({ error, detail, message }: ErrorBody): string | null {
  if (typeof error === 'object') {
    const inData = typeof error.data === 'string' && error.data !== '' ? error.data : undefined;
    const said = inData ?? error.meta?.message ?? error.message;
    return typeof said === 'string' ? said : null;
  }
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.map(fieldComplaint).join('; ');
  if (typeof message === 'string') return message;
  return typeof error === 'string' ? error : null;
}

/** `{loc: ['body', 'score'], msg}` as `score: …`. */
function fieldComplaint(entry: { loc?: unknown[]; msg?: unknown }): string {
  const field = entry.loc?.slice(1).join('.') ?? '';
  return field === '' ? String(entry.msg) : `${field}: ${String(entry.msg)}`;
}

function parse(text: string): ErrorBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // A proxy's page or plain text: shown as it is.
    return {};
  }
}
