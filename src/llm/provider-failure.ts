/** Failed calls in words for people: typed by whether a repeat helps, and never with a key in them. */
import { AppError } from '../core/errors.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import { parseJson } from '../core/llm/structured-answer.ts';
import type { ProviderCall } from './provider.ts';

type Callee = Pick<ProviderCall, 'provider' | 'baseUrl' | 'key'>;

const SHOWN_CHARACTERS = 300;
const MOST_SECONDS = 3_600;
/** Vendors repeat keys in their complaints, partly starred out. */
const KEY_SHAPE = /\b(sk|gsk|xai|key|pk|AIza)[-_\w*.]{6,}/g;
/** Named as rate limits (429), but waiting does not help. */
const NO_CREDIT = /insufficient_quota|billing|credit/;
const FOR_NOW = new Set([408, 409, 425]);

/** An answer with a status of 300 and more. `body` is its text. */
export function statusFailure(
  callee: Callee,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  },
): AppError {
  const { status, headers } = answer;
  const { text, kind } = complaint(answer.body);
  const who = nameOf(callee);
  const said = text === '' ? '' : `: ${withoutKeys(text, callee)}`;
  if (status === 401 || status === 403) {
    // What it said is left out: it tends to repeat the key.
    return new AppError(
      'task_failed',
      `${who} refused the key (HTTP ${status}). Check the key and its rights`,
    );
  }
  if (status === 429) {
    if (NO_CREDIT.test(kind))
      return new AppError('task_failed', `${who} has no credit left for this key${said}`);
    const retryAfterSeconds = retryAfter(headers);
    return new AppError(
      'rate_limited',
      `${who} is asked too often (HTTP 429)${said}`,
      retryAfterSeconds === null ? {} : { retryAfterSeconds },
    );
  }
  if (status >= 500 || FOR_NOW.has(status)) {
    const retryAfterSeconds = retryAfter(headers);
    return new AppError(
      'task_transient',
      `${who} failed (HTTP ${status})${said}`,
      retryAfterSeconds === null ? {} : { retryAfterSeconds },
    );
  }
  if (status < 400) {
    return new AppError(
      'task_failed',
      `${who} redirects (HTTP ${status}), which is not followed with a key. Correct the base URL`,
    );
  }
  return new AppError('task_failed', `${who} refused the request (HTTP ${status})${said}`);
}

/** What broke on the way. The code stays, the text names the server instead of the whole URL. */
export function callFailure(callee: Callee, error: unknown): AppError {
  if (!AppError.is(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new AppError(
      'task_transient',
      `${nameOf(callee)} cannot be understood: ${withoutKeys(reason, callee)}`,
      {
        cause: error,
      },
    );
  }
  if (error.code === 'task_cancelled') return error;
  const { cause, code, retryable, details } = error;
  if (code === 'task_timeout') {
    const limit =
      typeof details?.['timeoutMs'] === 'number' ? ` within ${details['timeoutMs']} ms` : ' in time';
    return new AppError(code, `No complete answer from ${nameOf(callee)}${limit}`, { cause: error });
  }
  const isNetwork = code === 'task_transient' && cause instanceof Error && cause.message !== '';
  const reason = isNetwork ? cause.message : error.message;
  return new AppError(code, `${nameOf(callee)} cannot be reached: ${withoutKeys(reason, callee)}`, {
    retryable,
    cause: error,
  });
}

/** An answer that came, but is not what the wire format promises. A repeat may do better. */
export function garbageFailure(callee: Callee, what: string): AppError {
  return new AppError(
    'task_transient',
    `${nameOf(callee)} gave an answer that cannot be understood: ${what}`,
  );
}

/** The provider and where it is, without path or query. */
export function nameOf({ provider, baseUrl }: Pick<Callee, 'provider' | 'baseUrl'>): string {
  return URL.canParse(baseUrl) ? `${provider} (${new URL(baseUrl).host})` : provider;
}

function withoutKeys(text: string, { key }: Callee): string {
  const known = key === null ? text : text.replaceAll(key.reveal(), '[secret]');
  const masked = known.replace(KEY_SHAPE, '[secret]');
  return masked.length > SHOWN_CHARACTERS ? `${masked.slice(0, SHOWN_CHARACTERS)}…` : masked;
}

/** The vendor's sentence and its kind. A page of HTML says nothing worth showing. */
function complaint(body: string): { text: string; kind: string } {
  const parsed = parseJson(body);
  if (parsed === undefined) return { text: body.trimStart().startsWith('<') ? '' : body.trim(), kind: '' };
  const error: JsonValue = isJsonObject(parsed) ? (parsed['error'] ?? parsed) : parsed;
  if (typeof error === 'string') return { text: error, kind: '' };
  if (!isJsonObject(error)) return { text: '', kind: '' };
  const { message, code, type } = error;
  return { text: typeof message === 'string' ? message : '', kind: `${String(code)} ${String(type)}` };
}

/** Seconds; null when the server did not say. It may say seconds, milliseconds or a date. */
function retryAfter(headers: Readonly<Record<string, string>>): number | null {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  const header = headers['retry-after'];
  const seconds = Number.isFinite(milliseconds) ? milliseconds / 1_000 : readSeconds(header);
  return seconds === null ? null : Math.min(Math.max(seconds, 0), MOST_SECONDS);
}

function readSeconds(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : (date - Date.now()) / 1_000;
}
