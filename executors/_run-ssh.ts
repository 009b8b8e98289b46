/** One command over SSH, on a connection that we opened. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Client, type ClientChannel } from 'ssh2';
import { AppError } from '../src/core/errors.ts';

export interface SshCommand {
  readonly username: string;
  readonly password: string | null;
  readonly privateKey: Buffer | null;
  /** `SHA256:…` as ssh-keygen shows it; null = any. */
  readonly hostKey: string | null;
  readonly command: string;
  /** Kept of standard output and of standard error each. */
  readonly maxOutputBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface SshResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isTruncated: boolean;
  /** The key the server showed. */
  readonly hostKey: string;
}

/** Time for the other side to end the command and say so. */
const GOODBYE_MS = 300;

/** Throws AppError: terminal for a refused login or host key, retryable for a connection that broke. */
export function runOverSsh(socket: Socket, options: SshCommand, server: string): Promise<SshResult> {
  const client = new Client();
  let hostKey = '';
  let channel: ClientChannel | 'asked for' | null = null;
  let isSettled = false;
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      if (isSettled) return;
      isSettled = true;
      options.signal.removeEventListener('abort', onAbort);
      finish();
      if (channel !== 'asked for') hangUp(client, channel);
      leave(client, socket);
    };
    const fail = (error: Error, wantedKey: string | null = null) =>
      settle(() => reject(worded(error, server, wantedKey, hostKey)));
    const onAbort = () => settle(() => reject(options.signal.reason));
    options.signal.addEventListener('abort', onAbort, { once: true });
    // Also after the verdict: what breaks then has no other reader.
    client.on('error', (error) => fail(error, options.hostKey));
    client.on('close', () => fail(new Error('Connection closed')));
    client.on('ready', () => {
      channel = 'asked for';
      client.exec(options.command, (error, opened) => {
        channel = opened ?? null;
        if (isSettled) hangUp(client, channel);
        else if (error) fail(error);
        else {
          opened.stdin.end();
          collectResult(opened, options.maxOutputBytes, (result) =>
            settle(() => resolve({ ...result, hostKey })),
          );
        }
      });
    });
    try {
      client.connect({
        sock: socket,
        username: options.username,
        readyTimeout: options.timeoutMs,
        hostVerifier: (key: Buffer) => {
          hostKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
          return options.hostKey === null || options.hostKey.replace(/=+$/, '') === hostKey;
        },
        ...(options.password === null ? {} : { password: options.password, tryKeyboard: false }),
        ...(options.privateKey === null ? {} : { privateKey: options.privateKey }),
      });
    } catch (error) {
      // A key that cannot be read is told at once.
      fail(error as Error);
    }
    if (options.signal.aborted) onAbort();
  });
}

function collectResult(
  channel: ClientChannel,
  maxBytes: number,
  onEnd: (result: Omit<SshResult, 'hostKey'>) => void,
): void {
  const stdout = collect(channel, maxBytes);
  const stderr = collect(channel.stderr, maxBytes);
  let exitCode: number | null = null;
  channel.on('exit', (code: number | null) => {
    exitCode = code;
  });
  channel.on('close', () =>
    onEnd({
      exitCode,
      stdout: stdout.text(),
      stderr: stderr.text(),
      isTruncated: stdout.isTruncated() || stderr.isTruncated(),
    }),
  );
}

function collect(stream: NodeJS.ReadableStream, maxBytes: number) {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let isTruncated = false;
  stream.on('data', (chunk: Buffer) => {
    isTruncated ||= chunk.length > room;
    chunks.push(chunk.subarray(0, room));
    room -= Math.min(room, chunk.length);
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), isTruncated: () => isTruncated };
}

/** Tells the command over there to end, if it has not, and says good-bye. */
function hangUp(client: Client, channel: ClientChannel | null): void {
  if (channel !== null && !channel.closed) {
    sendSignal(client, channel, 'TERM');
    channel.close();
  }
  client.end();
}

/** A server that does not answer the good-bye is left. */
function leave(client: Client, socket: Socket): void {
  const timer = setTimeout(() => {
    client.destroy();
    socket.destroy();
  }, GOODBYE_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** The library's own `signal` sends nothing once input has ended, and ours ends at once. */
function sendSignal(client: Client, channel: ClientChannel, name: string): void {
  const { _protocol: protocol } = client as unknown as Partial<SignalSender>;
  const { outgoing } = channel as unknown as { readonly outgoing: { readonly id: number } };
  protocol?.signal(outgoing.id, name);
}

interface SignalSender {
  readonly _protocol: { signal(channel: number, name: string): void };
}

function worded(
  error: Error & { level?: string },
  server: string,
  wantedKey: string | null,
  shownKey: string,
): AppError {
  if (wantedKey !== null && shownKey !== '' && /denied|verification/i.test(error.message)) {
    const text = `${server} showed the host key ${shownKey}, not ${wantedKey}: nothing was sent to it`;
    return new AppError('task_failed', text, { cause: error });
  }
  const isLogin = error.level === 'client-authentication';
  const isFinal = isLogin || /privateKey|encrypted|passphrase/i.test(error.message);
  return new AppError(
    isFinal ? 'task_failed' : 'task_transient',
    isLogin ? `${server} refused the login` : `The connection to ${server} failed: ${error.message}`,
    { cause: error },
  );
}
