/** One message over a WebSocket and, if wanted, the first answer to it. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { AppError } from '../src/core/errors.ts';

export interface WebsocketExchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
  readonly isAnswerWanted: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** How long the other side may take to say good-bye. */
const CLOSE_MS = 500;
/** Close codes after which a new attempt may do better: going away, broken, server error, restart, try again. */
const PASSING_CODES = new Set([1001, 1006, 1011, 1012, 1013, 1014]);

/** The answer, or null when none is wanted. Binary answers come as base64. `socket` is open and ours to close. */
export function exchangeMessage(socket: Socket, exchange: WebsocketExchange): Promise<string | null> {
  const { url, headers, message, maxBytes, signal } = exchange;
  const client = new WebSocket(url, {
    createConnection: () => socket,
    headers: { ...headers },
    maxPayload: maxBytes,
    // A redirect would open a socket that nobody checked.
    followRedirects: false,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    const onAbort = () => settle(() => reject(signal.reason));
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort);
      finish();
      end(client);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    client.on('open', () =>
      client.send(message, (error) => {
        if (error) settle(() => reject(error));
        else if (!exchange.isAnswerWanted) settle(() => resolve(null));
      }),
    );
    client.on('message', (data: Buffer, isBinary) => {
      if (exchange.isAnswerWanted) settle(() => resolve(data.toString(isBinary ? 'base64' : 'utf8')));
    });
    client.on('unexpected-response', (_request, response) =>
      settle(() => reject(refusedHandshake(url, response.statusCode ?? 0))),
    );
    client.on('close', (code, reason) => settle(() => reject(closedEarly(url, code, reason.toString()))));
    client.on('error', (error: NodeJS.ErrnoException) =>
      settle(() => reject(brokenBy(url, error, maxBytes))),
    );
  });
}

/** Polite while it lasts: a server that does not answer the good-bye is left. */
function end(client: WebSocket): void {
  if (client.readyState === WebSocket.CLOSED) return;
  if (client.readyState !== WebSocket.OPEN) {
    client.terminate();
    return;
  }
  client.close(1000);
  const timer = setTimeout(() => client.terminate(), CLOSE_MS);
  client.once('close', () => clearTimeout(timer));
}

function refusedHandshake(url: string, status: number): AppError {
  const isPassing = status >= 500 || status === 429;
  const hint = status >= 300 && status < 400 ? '. Redirects are not followed: give the final address' : '';
  return new AppError(
    isPassing ? 'task_transient' : 'task_failed',
    `${url} opened no WebSocket: status ${status}${hint}`,
    {
      details: { status },
    },
  );
}

function closedEarly(url: string, code: number, reason: string): AppError {
  const text = `${url} closed the connection before it answered (code ${code}${reason === '' ? '' : `: ${reason}`})`;
  return new AppError(PASSING_CODES.has(code) ? 'task_transient' : 'task_failed', text, {
    details: { code, reason },
  });
}

function brokenBy(url: string, error: NodeJS.ErrnoException, maxBytes: number): AppError {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new AppError('task_failed', `The answer of ${url} is larger than the limit of ${maxBytes} bytes`);
  }
  const isProtocol = error.code?.startsWith('WS_ERR_') === true;
  return new AppError(
    isProtocol ? 'task_failed' : 'task_transient',
    `The WebSocket to ${url} broke: ${error.message}`,
    {
      cause: error,
    },
  );
}
