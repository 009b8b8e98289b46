/** Calls an HTTP API. Any answer of the server, also a 500, is a result; only a call without an answer fails. */
import { z } from 'zod';
import {
  defineExecutor,
  type HttpRequest,
  type HttpResponse,
  SECRET,
  secretNames,
} from '../src/core/executor.ts';
import type { JsonValue } from '../src/core/json.ts';
import { Redactor } from '../src/core/secrets/redactor.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_NAME } from '../src/core/secrets/secret-field.ts';
import { decodeText } from './_decode-text.ts';
import { requestFailure } from './_request-failure.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_TIMEOUT_SECONDS = 3_600;
const WITH_EFFECT = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const optionalText = (description: string) => z.string().nullable().default(null).describe(description);
const secretText = (description: string) => optionalText(description).meta(SECRET);
/** Members whose names match `secrets` are never shown again. */
const optionalObject = (description: string, secrets = CREDENTIAL_NAME) =>
  z
    .record(z.string(), z.custom<JsonValue>())
    .nullable()
    .default(null)
    .meta(secretNames(secrets))
    .describe(description);

const auth = z.object({
  type: z.enum(['bearer', 'basic', 'apikey']).describe('Authentication type'),
  token: secretText('Bearer token (for bearer auth)'),
  username: optionalText('Username (for basic auth)'),
  password: secretText('Password (for basic auth)'),
  key: optionalText('API key name (for apikey auth)'),
  value: secretText('API key value (for apikey auth)'),
  location: z
    .enum(['header', 'query'])
    .default('header')
    .describe('Where to place the API key (default: header)'),
});
const input = z.object({
  url: z.string().describe('Target URL for the HTTP request'),
  method: z
    .enum(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
    .default('GET')
    .describe('HTTP method (default: GET)'),
  headers: optionalObject(
    'Additional HTTP headers as key-value pairs (merged with defaults)',
    CREDENTIAL_HEADER,
  ),
  params: optionalObject('Query parameters as key-value pairs'),
  json: optionalObject('JSON request body'),
  data: optionalObject('Form data as key-value pairs'),
  auth: auth.nullable().default(null).describe('Authentication configuration'),
  timeout: z
    .number()
    .positive()
    .max(MAX_TIMEOUT_SECONDS)
    .default(30)
    .describe('Request timeout in seconds (default: 30.0)'),
  verify: z.boolean().default(true).describe('Whether to verify SSL certificates (default: true)'),
});
type RestInput = z.infer<typeof input>;

export default defineExecutor({
  id: 'rest_executor',
  name: 'REST API Executor',
  description: 'Execute HTTP/REST API requests with authentication and custom headers',
  tags: ['http', 'rest', 'api', 'webhook'],
  type: 'http',
  examples: ['Call external REST API', 'Send webhook notification', 'Fetch data from HTTP service'],
  input,
  output: z.object({
    success: z.boolean().describe('Whether the status was 200 to 299'),
    status_code: z.number().int().describe('HTTP status'),
    url: z.string().describe('Final URL after redirects'),
    headers: z.record(z.string(), z.string()).describe('Response headers'),
    json: z.custom<JsonValue>().optional().describe('JSON body of a successful answer'),
    text: z.string().optional().describe('Any other body'),
    method: z.string().describe('HTTP method used'),
  }),
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // Failing is immediate, as clients expect; a task's policy may ask for more attempts.
  maxAttempts: 1,
  demoInput: { url: 'https://api.example.com/demo', method: 'GET' },
  demo({ input: given }) {
    const method = typeof given['method'] === 'string' ? given['method'].toUpperCase() : 'GET';
    return {
      success: true,
      status_code: 200,
      url: typeof given['url'] === 'string' ? given['url'] : 'https://api.example.com/demo',
      headers: { 'Content-Type': 'application/json' },
      json: demoBody(method),
      method,
    };
  },
  async run({ input: given, http, signal, idempotencyKey }) {
    try {
      const answer = await http.request({ ...requestOf(given, idempotencyKey), signal });
      return resultOf(given, answer);
    } catch (error) {
      throw requestFailure(error, { url: given.url, method: given.method, timeoutSeconds: given.timeout });
    }
  },
});

function requestOf(given: RestInput, idempotencyKey: string): HttpRequest {
  const body = bodyOf(given);
  return {
    url: urlOf(given),
    method: given.method,
    headers: {
      accept: '*/*',
      'user-agent': 'taskgrove',
      ...(WITH_EFFECT.has(given.method) ? { 'idempotency-key': idempotencyKey } : {}),
      ...(body === null ? {} : { 'content-type': body.type }),
      ...authHeaders(given),
      ...lowerCased(given.headers ?? {}),
      // As in the original, a key by header wins over a header of the same name.
      ...apiKeyHeader(given),
    },
    ...(body === null ? {} : { body: body.text }),
    timeoutMs: Math.ceil(given.timeout * 1_000),
    maxBytes: MAX_BYTES,
    verifyTls: given.verify,
  };
}

function bodyOf({ json, data }: RestInput): { type: string; text: string } | null {
  if (json !== null) return { type: 'application/json', text: JSON.stringify(json) };
  if (data === null) return null;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) appendTo(form, name, value);
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

/** The URL with its query. One that cannot be parsed goes on unchanged: the client says what is wrong with it. */
function urlOf({ url, params, auth: login }: RestInput): string {
  const isKeyInQuery = login?.type === 'apikey' && login.location === 'query' && login.key && login.value;
  const query = { ...params, ...(isKeyInQuery ? { [login.key as string]: login.value } : {}) };
  if (Object.keys(query).length === 0 || !URL.canParse(url)) return url;
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    target.searchParams.delete(name);
    appendTo(target.searchParams, name, value);
  }
  return target.href;
}

function appendTo(target: URLSearchParams, name: string, value: JsonValue): void {
  for (const entry of Array.isArray(value) ? value : [value]) target.append(name, asText(entry));
}

function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function authHeaders({ auth: login }: RestInput): Record<string, string> {
  if (login?.type === 'bearer' && login.token) return { authorization: `Bearer ${login.token}` };
  const pair = basicPair(login);
  return pair === null ? {} : { authorization: `Basic ${pair}` };
}

function basicPair(login: RestInput['auth']): string | null {
  if (login?.type !== 'basic' || !login.username || !login.password) return null;
  return Buffer.from(`${login.username}:${login.password}`).toString('base64');
}

/** Some services answer with the request they got. Secrets as they were given are taken out by whoever called us. */
function withoutLogin({ auth: login }: RestInput, text: string): string {
  const pair = basicPair(login);
  return pair === null ? text : new Redactor([pair]).text(text);
}

function apiKeyHeader({ auth: login }: RestInput): Record<string, string> {
  if (login?.type !== 'apikey' || login.location !== 'header' || !login.key || !login.value) return {};
  return { [login.key.toLowerCase()]: login.value };
}

function lowerCased(headers: Record<string, JsonValue>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), asText(value)]),
  );
}

function resultOf(given: RestInput, answer: HttpResponse) {
  const success = answer.status >= 200 && answer.status < 300;
  const text = withoutLogin(given, decodeText(answer.body, answer.headers['content-type'] ?? ''));
  const json = success ? parsedJson(text) : undefined;
  return {
    success,
    status_code: answer.status,
    url: withoutKey(given, answer.url),
    headers: { ...answer.headers },
    ...(json === undefined ? { text } : { json }),
    method: given.method,
  };
}

/** A key sent in the query must not stand in the result. */
function withoutKey({ auth: login }: RestInput, url: string): string {
  if (login?.type !== 'apikey' || login.location !== 'query' || !login.key) return url;
  const shown = new URL(url);
  shown.searchParams.delete(login.key);
  return shown.href;
}

/** Undefined when the text is not JSON, whatever its content type says. */
function parsedJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function demoBody(method: string): JsonValue {
  if (method === 'GET') {
    return { status: 'success', data: { id: 'demo-123', name: 'Demo Resource', value: 42 } };
  }
  if (method === 'POST') {
    return { status: 'created', id: 'new-resource-456', message: 'Resource created successfully' };
  }
  return { status: 'success', message: `${method} operation completed` };
}
