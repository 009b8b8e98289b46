/**
 * A server on a loopback port that speaks OpenAI's chat completions, and Anthropic's messages on `/v1/messages`. What it
 * does is chosen by the model's name, or for the next calls by `next()`. It remembers every request with its key.
 *
 * Models: `echo` (any other name too) repeats the question, `slow` takes its time between words, `cut` breaks the
 * stream, `hang` never answers, `hang-mid` stops after a few words, `limited` is 429, `no-credit` 429 for good, `broken`
 * 500, `overloaded` 529, `unauthorized` 401, `bad-request` 400, `garbage` no JSON, `empty` no choices, `whole` never
 * streams, `tools` asks for a tool, `length` cuts its answer, `stream-error` fails in mid-stream, `cached` read its
 * question from a cache, `talkative` says something before the JSON it was asked for. `agent-5` calls its first tool in four
 * answers, with the JSON that stands in the user's words, and says `Done after 4 tools` in the fifth; `slow-agent-5` takes its
 * time for each.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay, setImmediate as flushed } from 'node:timers/promises';
import { anthropicError, writeAnthropic } from './fake-anthropic.ts';

export interface SeenCall {
  readonly path: string;
  readonly model: string;
  /** Without `Bearer `; null when none was sent. */
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  readonly isStreamed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into requests field by field
  readonly body: any;
}

export interface FakeProvider {
  /** With `/v1`, as OPENAI_BASE_URL and ANTHROPIC_BASE_URL take it. */
  readonly baseUrl: string;
  readonly calls: SeenCall[];
  /** Calls whose client hung up before the answer was complete. */
  readonly hungUp: SeenCall[];
  /** How the next calls go, one each, whatever model they name. A function makes the answer's text. */
  next(...modes: (string | ((body: SeenCall['body']) => string))[]): void;
  /** Resolves when `count` calls have arrived in all. */
  arrived(count: number): Promise<void>;
  /** Resolves when a client has hung up. */
  abandoned(): Promise<void>;
  stop(): Promise<void>;
}

export interface FakeProviderOptions {
  /** Of the mode `slow`. Default 20. */
  readonly wordMs?: number;
  /** Of 429 and 500. Default 1. */
  readonly retryAfterSeconds?: number;
  /** How calls go that `next` says nothing about; undefined = by the model's name. */
  readonly answerTo?: (call: SeenCall) => Mode | undefined;
}

type Mode = string | ((body: SeenCall['body']) => string);

export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const calls: SeenCall[] = [];
  const hungUp: SeenCall[] = [];
  const modes: Mode[] = [];
  let waiting: (() => void)[] = [];
  const changed = () => {
    for (const wake of waiting) wake();
    waiting = [];
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const server = createServer((request, response) => {
    void (async () => {
      const call = await readCall(request);
      calls.push(call);
      response.on('close', () => {
        if (!response.writableFinished) hungUp.push(call);
        changed();
      });
      changed();
      await answer(call, modes.shift() ?? options.answerTo?.(call) ?? call.model, response, options);
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    calls,
    hungUp,
    next: (...more) => void modes.push(...more),
    arrived: (count) => until(() => calls.length >= count),
    abandoned: () => until(() => hungUp.length > 0),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readCall(request: IncomingMessage): Promise<SeenCall> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = JSON.parse(text) as SeenCall['body'];
  return {
    path: request.url ?? '',
    model: String(body.model),
    key:
      request.headers.authorization?.replace(/^Bearer /, '') ??
      (String(request.headers['x-api-key'] ?? '') || null),
    idempotencyKey: String(request.headers['idempotency-key'] ?? '') || null,
    isStreamed: body.stream === true,
    body,
  };
}

async function answer(call: SeenCall, mode: Mode, response: ServerResponse, options: FakeProviderOptions) {
  const retryAfter = { 'retry-after': String(options.retryAfterSeconds ?? 1) };
  const write = isAnthropic(call) ? writeAnthropic : writeOpenai;
  if (typeof mode === 'function')
    return write(call, call.model === 'slow' ? 'slow' : 'echo', response, mode(call.body), options);
  switch (mode) {
    case 'hang':
      return;
    case 'limited':
      return refuse(call, response, 429, 'Rate limit reached', 'rate_limit_exceeded', retryAfter);
    case 'no-credit':
      return refuse(call, response, 429, 'You exceeded your current quota', 'insufficient_quota', retryAfter);
    case 'broken':
      return refuse(call, response, 500, 'The server had an error', 'server_error', retryAfter);
    case 'overloaded':
      return refuse(call, response, 529, 'Overloaded', 'overloaded');
    case 'unauthorized':
      return refuse(call, response, 401, `Incorrect API key provided: ${call.key}`, 'invalid_api_key');
    case 'bad-request':
      return refuse(
        call,
        response,
        400,
        `Unknown parameter, sent with key ${call.key}`,
        'invalid_request_error',
      );
    case 'garbage':
      response.writeHead(200, { 'content-type': call.isStreamed ? 'text/event-stream' : 'application/json' });
      response.end(call.isStreamed ? 'data: <html>\n\n' : '<html>not JSON');
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'x', choices: [] }));
      return;
    default: {
      const agent = agentCall(call, mode);
      if (agent === null) return write(call, mode, response, textFor(call), options);
      if (mode.startsWith('slow-')) await delay(options.wordMs ?? 20);
      return write(call, agent.call === null ? 'echo' : 'tools', response, agent.text, options);
    }
  }
}

/** What a model that is called `agent-<answers>` does next; null = it is another one. */
function agentCall({ body }: SeenCall, model: string) {
  const answers = Number(/agent-(\d+)$/.exec(model)?.[1] ?? Number.NaN);
  if (Number.isNaN(answers)) return null;
  const messages = body.messages as { role: string; content: string }[];
  const said = messages.filter(({ role }) => role === 'assistant').length;
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const text = `Done after ${said} tools`;
  if (said >= answers - 1) return { text, call: null };
  const name = String(body.tools?.[0]?.function?.name ?? 'none');
  return { text: '', call: { name, arguments: /\{.*\}/s.exec(asked)?.[0] ?? '{}' } };
}

function refuse(
  call: SeenCall,
  response: ServerResponse,
  status: number,
  message: string,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  const body = isAnthropic(call) ? anthropicError(status, message) : { error: { message, type: code, code } };
  response.end(JSON.stringify(body));
}

function isAnthropic({ path }: SeenCall): boolean {
  return path.endsWith('/messages');
}

/** The last user's words again, or JSON when JSON was asked for. */
function textFor(call: SeenCall): string {
  const { body } = call;
  const messages = body.messages as { role: string; content: string | { text?: string }[] }[];
  const content = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const asked = typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
  const wantsJson = isAnthropic(call)
    ? /final answer/.test(body.tools?.at(-1)?.description ?? '')
    : body.response_format !== undefined;
  if (!wantsJson) return `You said: ${asked}`;
  return asked.startsWith('{') ? asked : JSON.stringify({ said: asked });
}

async function writeOpenai(
  call: SeenCall,
  mode: string,
  response: ServerResponse,
  text: string,
  options: FakeProviderOptions,
): Promise<void> {
  const finish_reason = mode === 'tools' ? 'tool_calls' : mode === 'length' ? 'length' : 'stop';
  const tool_calls =
    mode === 'tools'
      ? [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: agentCall(call, call.model)?.call ?? { name: 'look_up', arguments: '{"word":"tree"}' },
          },
        ]
      : undefined;
  const prompt_tokens_details = mode === 'cached' ? { cached_tokens: 7 } : undefined;
  const usage = {
    prompt_tokens_details,
    prompt_tokens: Math.ceil(JSON.stringify(call.body.messages).length / 4),
    completion_tokens: text.split(' ').length,
    total_tokens: 0,
  };
  usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
  const head = { id: 'chatcmpl-fake', created: 1, model: `${call.model}-2026` };
  if (!call.isStreamed || mode === 'whole') {
    if (mode === 'slow') await delay((options.wordMs ?? 20) * text.split(' ').length);
    const message = { role: 'assistant', content: mode === 'tools' ? null : text, tool_calls };
    const choices = [{ index: 0, message, finish_reason }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const piece = (delta: object, finish: string | null = null, extra: object = {}) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...extra };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  piece({ role: 'assistant', content: '' });
  if (mode === 'tools') {
    piece({
      tool_calls: [
        { index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '' } },
      ],
    });
    for (const part of ['{"word":', '"tree"}'])
      piece({ tool_calls: [{ index: 0, function: { arguments: part } }] });
  } else if (!(await writeWords(mode, text, response, piece, options))) return;
  piece({}, finish_reason);
  if (call.body.stream_options?.include_usage === true)
    response.write(`data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

/** false: the stream stops here. */
async function writeWords(
  mode: string,
  text: string,
  response: ServerResponse,
  piece: (delta: object) => void,
  options: FakeProviderOptions,
): Promise<boolean> {
  for (const [index, word] of (text.match(/\S+\s*/g) ?? []).entries()) {
    if (index === 2 && mode === 'hang-mid') return false;
    if (index === 2 && mode === 'cut') {
      // The words before are on their way first.
      await flushed();
      response.destroy();
      return false;
    }
    if (mode === 'slow') await delay(options.wordMs ?? 20);
    if (response.destroyed) return false;
    piece({ content: word });
  }
  return true;
}
