/** Sends one message over a WebSocket and gives back the answer. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, secretNames } from '../src/core/executor.ts';
import type { JsonValue } from '../src/core/json.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_NAME } from '../src/core/secrets/secret-field.ts';
import { Deadline } from './_deadline.ts';
import { openSocket } from './_open-socket.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_TIMEOUT_SECONDS = 3_600;
/** Belong to the handshake, or decide whom we talk to. */
const OWN_HEADERS =
  /^(host|connection|upgrade|content-length|transfer-encoding|sec-websocket-(?!protocol).*)$/;

export default defineExecutor({
  id: 'websocket_executor',
  name: 'WebSocket Executor',
  description: 'Bidirectional WebSocket communication',
  tags: ['websocket', 'ws', 'realtime', 'bidirectional'],
  type: 'websocket',
  examples: ['Send message via WebSocket', 'Real-time communication', 'WebSocket-based service integration'],
  input: z.object({
    url: z.string().min(1).describe('WebSocket URL to connect to (ws:// or wss://)'),
    message: z
      .union([z.string(), z.record(z.string(), z.custom<JsonValue>()).meta(secretNames(CREDENTIAL_NAME))])
      .describe('Message to send (string or object that will be JSON-encoded)'),
    wait_response: z
      .boolean()
      .default(true)
      .describe('Whether to wait for a response after sending the message'),
    timeout: z
      .number()
      .positive()
      .max(MAX_TIMEOUT_SECONDS)
      .default(30)
      .describe('Connection and response timeout in seconds'),
    headers: z
      .record(z.string(), z.string())
      .nullable()
      .default(null)
      .meta(secretNames(CREDENTIAL_HEADER))
      .describe('Optional HTTP headers to include in the WebSocket handshake'),
  }),
  output: z.object({
    success: z.boolean().describe('Always true: a conversation that fails fails the task'),
    url: z.string().describe('The address'),
    message_sent: z.string().describe('The message as it was sent'),
    response: z
      .custom<JsonValue>()
      .optional()
      .describe('The answer: JSON parsed, binary as base64, null when none was waited for'),
    wait_response: z.boolean().describe('Whether an answer was waited for'),
  }),
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // A message may have an effect, and WebSockets know no idempotency: a task's policy may ask for more attempts.
  maxAttempts: 1,
  demoInput: { url: 'wss://echo.example.com/', message: 'Hello WebSocket' },
  demoDelayMs: 200,
  demo({ input }) {
    const isAnswerWanted = input['wait_response'] !== false;
    return {
      success: true,
      url: typeof input['url'] === 'string' ? input['url'] : 'ws://demo.example.com',
      message_sent: textOf(input['message'] ?? 'Hello, WebSocket!'),
      ...(isAnswerWanted
        ? {
            response: {
              type: 'message',
              data: 'Demo WebSocket response',
              timestamp: '2024-01-01T00:00:00Z',
            },
          }
        : {}),
      wait_response: isAnswerWanted,
    };
  },
  async run({ input, network, signal, idempotencyKey }) {
    const { url, wait_response } = input;
    const target = targetOf(url);
    const deadline = new Deadline(signal, input.timeout);
    const message = textOf(input.message);
    const answer = await deadline.hold(
      `The conversation with ${url}`,
      converse(target, {
        headers: { 'idempotency-key': idempotencyKey, ...handshakeHeaders(input.headers ?? {}) },
        message,
        isAnswerWanted: wait_response,
        signal: deadline.signal,
        network,
      }),
    );
    return {
      success: true,
      url,
      message_sent: message,
      response: answer === null ? null : parsed(answer),
      wait_response,
    };
  },
});

type Conversation = Pick<
  import('./_websocket-exchange.ts').WebsocketExchange,
  'headers' | 'message' | 'isAnswerWanted' | 'signal'
> & { readonly network: Parameters<typeof openSocket>[0] };

async function converse(target: URL, { network, ...exchange }: Conversation): Promise<string | null> {
  const isSecure = target.protocol === 'wss:';
  const socket = await openSocket(network, {
    host: target.hostname,
    port: target.port === '' ? (isSecure ? 443 : 80) : Number(target.port),
    signal: exchange.signal,
    ...(isSecure ? { tls: { verify: true } } : {}),
  });
  const { exchangeMessage } = await import('./_websocket-exchange.ts');
  return exchangeMessage(socket, { ...exchange, url: target.href, maxBytes: MAX_BYTES });
}

function targetOf(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || (target.protocol !== 'ws:' && target.protocol !== 'wss:')) {
    throw new AppError(
      'task_failed',
      `'${url}' is not a WebSocket URL. Give one like wss://example.com/path`,
    );
  }
  if (target.username !== '' || target.password !== '') {
    throw new AppError('task_failed', 'A URL may not carry a user name or password. Send them as a header');
  }
  target.hash = '';
  return target;
}

function handshakeHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !OWN_HEADERS.test(name)),
  );
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

/** JSON where it is JSON, else the text. */
function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
