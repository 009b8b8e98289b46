/** Sends a mail by Resend or SMTP: with an account that the task brings, or with the server's own where that is allowed. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, SECRET } from '../src/core/executor.ts';
import { isJsonObject } from '../src/core/json.ts';
import { Deadline } from './_deadline.ts';
import type { Mail, SmtpServer } from './_send-smtp.ts';

const ID = 'send_email_executor';
const MAX_RECIPIENTS = 50;
const MAX_TIMEOUT_SECONDS = 600;
const DEFAULT_PORT = 587;
const RESEND = 'https://api.resend.com';
const OWN_ACCOUNT_OFF =
  "The server's own mail account is off. Give smtp_host (and smtp_username, smtp_password) or api_key with the task, " +
  'or let an operator set TASKGROVE_ALLOW_EXECUTORS=send_email_executor and SMTP_HOST or RESEND_API_KEY.';

const text = (description: string) => z.string().nullable().default(null).describe(description);
const secretText = (description: string) => text(description).meta(SECRET);
const address = z.string().min(3).max(1_000);
const addresses = (description: string) =>
  z
    .union([address, z.array(address)])
    .nullable()
    .default(null)
    .describe(description);

const input = z.object({
  provider: z
    .enum(['resend', 'smtp'])
    .nullable()
    .default(null)
    .describe('Email provider to use. Auto-detected from env vars if not specified.'),
  to: z.union([address, z.array(address).min(1)]).describe('Recipient email address(es)'),
  subject: z.string().min(1).max(1_000).describe('Email subject line'),
  from_email: text('Sender email address. Falls back to FROM_EMAIL env var.'),
  body: text('Plain text email body'),
  html: text('HTML email body'),
  cc: addresses('CC recipient email address(es)'),
  bcc: addresses('BCC recipient email address(es)'),
  reply_to: text('Reply-to email address'),
  timeout: z
    .number()
    .positive()
    .max(MAX_TIMEOUT_SECONDS)
    .default(30)
    .describe('Request timeout in seconds (default: 30)'),
  api_key: secretText('Resend API key. Falls back to RESEND_API_KEY env var.'),
  smtp_host: text('SMTP server hostname. Falls back to SMTP_HOST env var.'),
  smtp_port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(null)
    .describe('SMTP server port. Falls back to SMTP_PORT env var (default: 587).'),
  smtp_username: text('SMTP authentication username. Falls back to SMTP_USERNAME env var.'),
  smtp_password: secretText('SMTP authentication password. Falls back to SMTP_PASSWORD env var.'),
  smtp_use_tls: z
    .boolean()
    .nullable()
    .default(null)
    .describe('Whether to use STARTTLS. Falls back to SMTP_USE_TLS env var (default: true).'),
});
const output = z.object({
  success: z.boolean().describe('Always true: a mail that is not sent fails the task'),
  provider: z.enum(['resend', 'smtp']).describe('What sent it'),
  message_id: z.string().nullable().optional().describe("Resend's id, or the Message-ID of the mail"),
  status_code: z.number().int().optional().describe('HTTP status (resend only)'),
  message: z.string().optional().describe('Who got it (smtp only)'),
  rejected: z.array(z.string()).optional().describe('Recipients the mail server refused (smtp only)'),
});
type Sent = z.infer<typeof output>;
type MailInput = z.infer<typeof input>;
type Context = ExecutorContext<MailInput>;

type Account =
  | { readonly provider: 'resend'; readonly key: string; readonly baseUrl: string }
  | { readonly provider: 'smtp'; readonly server: SmtpServer };

export default defineExecutor({
  id: ID,
  name: 'Send Email Executor',
  description: 'Send emails via Resend API or SMTP',
  tags: ['email', 'notification', 'smtp', 'resend'],
  type: 'email',
  examples: [
    'Send transactional email via Resend',
    'Send notification email via SMTP',
    'Send HTML email with cc/bcc recipients',
  ],
  input,
  output,
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // Every attempt carries the same key or Message-ID.
  maxAttempts: 3,
  backoffMs: 2_000,
  demoInput: {
    provider: 'resend',
    api_key: 're_demo',
    to: 'demo@example.com',
    from_email: 'tasks@example.com',
    subject: 'Demo',
    body: 'A demo mail',
  },
  demoDelayMs: 300,
  demo({ input: given }) {
    if (given['provider'] !== 'smtp') {
      return {
        success: true,
        provider: 'resend' as const,
        message_id: 'demo-msg-id-123',
        status_code: 200,
      };
    }
    const to = Array.isArray(given['to']) ? given['to'] : [given['to'] ?? 'demo@example.com'];
    return { success: true, provider: 'smtp' as const, message: `Email sent to ${to.join(', ')}` };
  },
  async run(context) {
    const { input: given, signal } = context;
    const account = accountOf(context);
    const mail = mailOf(context, account.isOwn ? (context.settings.mail?.fromEmail ?? null) : null);
    const deadline = new Deadline(signal, given.timeout);
    const work: Promise<Sent> =
      account.provider === 'resend'
        ? sendByResend(context, account, mail, deadline)
        : sendBySmtp(context, account.server, mail, deadline);
    return deadline.hold('Sending the mail', work);
  },
});

/** All of an account is the task's or all of it is the server's: the server's password goes to no host that a task names. */
function accountOf(context: Context): Account & { readonly isOwn: boolean } {
  const { input: given, settings } = context;
  const { provider } = given;
  if (provider !== 'smtp' && given.api_key) {
    const baseUrl = settings.mail?.resendBaseUrl ?? RESEND;
    return { provider: 'resend', key: given.api_key, baseUrl, isOwn: false };
  }
  if (provider !== 'resend' && given.smtp_host) {
    return { provider: 'smtp', server: serverOf(context, given.smtp_host), isOwn: false };
  }
  return { ...ownAccount(context), isOwn: true };
}

function serverOf({ input: given, network }: Context, host: string): SmtpServer {
  return {
    host,
    port: given.smtp_port ?? DEFAULT_PORT,
    username: given.smtp_username,
    password: given.smtp_password,
    useTls: given.smtp_use_tls ?? true,
    network,
  };
}

function ownAccount({ input: { provider }, settings }: Context): Account {
  const { mail } = settings;
  if (mail === undefined || !settings.allowedExecutors.has(ID)) {
    throw new AppError('executor_unavailable', OWN_ACCOUNT_OFF);
  }
  if (provider !== 'smtp' && mail.resendApiKey !== null) {
    return { provider: 'resend', key: mail.resendApiKey.reveal(), baseUrl: mail.resendBaseUrl };
  }
  if (provider !== 'resend' && mail.smtp !== null) {
    const { password, ...server } = mail.smtp;
    return { provider: 'smtp', server: { ...server, password: password?.reveal() ?? null } };
  }
  throw new AppError('executor_unavailable', OWN_ACCOUNT_OFF);
}

function mailOf({ input: given }: Context, ownSender: string | null): Mail {
  const from = given.from_email ?? ownSender;
  if (from === null || from === '') throw missing('"from_email" is required');
  if (!given.body && !given.html) throw missing('Either "body" or "html" is required');
  const mail = {
    from,
    to: listed(given.to),
    cc: listed(given.cc),
    bcc: listed(given.bcc),
    replyTo: given.reply_to,
    subject: given.subject,
    text: given.body || null,
    html: given.html || null,
  };
  // A text may hold several, separated by commas.
  const count = [...mail.to, ...mail.cc, ...mail.bcc].flatMap((each) => each.split(',')).length;
  if (count > MAX_RECIPIENTS)
    throw missing(`A mail goes to at most ${MAX_RECIPIENTS} recipients, not ${count}`);
  return mail;
}

function missing(what: string): AppError {
  return new AppError('task_input_invalid', what);
}

function listed(value: string | readonly string[] | null): readonly string[] {
  if (value === null) return [];
  return typeof value === 'string' ? [value] : value;
}

async function sendBySmtp(context: Context, server: SmtpServer, mail: Mail, deadline: Deadline) {
  const { sendBySmtp: send } = await import('./_send-smtp.ts');
  const sent = await send(server, mail, {
    idempotencyKey: context.idempotencyKey,
    signal: deadline.signal,
    timeoutMs: Math.ceil(context.input.timeout * 1_000),
  });
  return {
    success: true,
    provider: 'smtp' as const,
    message_id: sent.messageId,
    message: `Email sent to ${mail.to.join(', ')}`,
    ...(sent.rejected.length === 0 ? {} : { rejected: [...sent.rejected] }),
  };
}

async function sendByResend(
  { http, input: given, idempotencyKey }: Context,
  { key, baseUrl }: Extract<Account, { provider: 'resend' }>,
  mail: Mail,
  deadline: Deadline,
) {
  const answer = await http.request({
    url: `${baseUrl}/emails`,
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      ...(mail.text === null ? {} : { text: mail.text }),
      ...(mail.html === null ? {} : { html: mail.html }),
      ...(mail.cc.length === 0 ? {} : { cc: mail.cc }),
      ...(mail.bcc.length === 0 ? {} : { bcc: mail.bcc }),
      ...(mail.replyTo === null ? {} : { reply_to: mail.replyTo }),
    }),
    signal: deadline.signal,
    timeoutMs: Math.ceil(given.timeout * 1_000),
    maxBytes: 64 * 1024,
    maxRedirects: 0,
  });
  const said = Buffer.from(answer.body).toString('utf8');
  if (answer.status < 200 || answer.status >= 300) {
    const isPassing = answer.status >= 500 || answer.status === 429;
    throw new AppError(
      isPassing ? 'task_transient' : 'task_failed',
      `Resend did not take the mail (status ${answer.status}): ${said.slice(0, 500)}`,
      { details: { status: answer.status } },
    );
  }
  return {
    success: true,
    provider: 'resend' as const,
    message_id: idIn(said),
    status_code: answer.status,
  };
}

function idIn(said: string): string | null {
  try {
    const body: unknown = JSON.parse(said);
    return isJsonObject(body) && typeof body['id'] === 'string' ? body['id'] : null;
  } catch (error) {
    // The mail is on its way; an answer nobody can read does not take it back.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
