/** Sends one mail over SMTP, on a connection that we opened. */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { AppError } from '../src/core/errors.ts';
import type { Network } from '../src/core/network.ts';
import { openSocket } from './_open-socket.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  /** Nothing is sent before the connection is encrypted. */
  readonly useTls: boolean;
  readonly network: Network;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
}

export interface SentMail {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}

interface SendOptions {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const IMPLICIT_TLS_PORT = 465;
/** The same request will get the same answer. */
const FINAL_CODES = new Set(['EAUTH', 'ENOAUTH', 'ETLS', 'EREQUIRETLS', 'ECONFIG', 'EOAUTH2']);

/** Throws AppError: terminal what the server refused for good (5xx), retryable what may pass. */
export async function sendBySmtp(server: SmtpServer, mail: Mail, options: SendOptions): Promise<SentMail> {
  const { host, port, username, password, useTls } = server;
  const isEncrypted = port === IMPLICIT_TLS_PORT;
  const socket = await openSocket(server.network, {
    host,
    port,
    signal: options.signal,
    ...(isEncrypted ? { tls: { verify: true } } : {}),
  });
  const transport = createTransport({
    host,
    port,
    secure: isEncrypted,
    requireTLS: useTls && !isEncrypted,
    ignoreTLS: !useTls,
    greetingTimeout: options.timeoutMs,
    socketTimeout: options.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options, callback) => callback(null, { connection: socket, secured: isEncrypted }),
    ...(username === null || password === null ? {} : { auth: { user: username, pass: password } }),
  });
  try {
    const sent = await transport.sendMail({
      from: mail.from,
      to: [...mail.to],
      cc: [...mail.cc],
      bcc: [...mail.bcc],
      subject: mail.subject,
      messageId: messageIdOf(options.idempotencyKey, mail.from),
      ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
      ...(mail.text === null ? {} : { text: mail.text }),
      ...(mail.html === null ? {} : { html: mail.html }),
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: options.signal,
    });
    return {
      messageId: sent.messageId,
      accepted: sent.accepted.map(String),
      rejected: sent.rejected.map(String),
    };
  } catch (error) {
    throw worded(error, `${host}:${port}`);
  } finally {
    transport.close();
    socket.destroy();
  }
}

/** The same for every attempt: who got the mail twice is shown one. */
function messageIdOf(idempotencyKey: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'taskgrove';
  const name = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
  return `<${name}@${domain}>`;
}

function worded(error: unknown, server: string): AppError {
  if (AppError.is(error)) return error;
  const { code = '', responseCode } = error as { code?: string; responseCode?: number };
  const reason = error instanceof Error ? error.message : String(error);
  const isFinal =
    responseCode === undefined ? FINAL_CODES.has(code) : responseCode >= 500 && responseCode < 600;
  return new AppError(
    isFinal || /certificate/i.test(reason) ? 'task_failed' : 'task_transient',
    `The mail server ${server} did not take the mail: ${reason}`,
    { details: { code, responseCode: responseCode ?? null }, cause: error },
  );
}
