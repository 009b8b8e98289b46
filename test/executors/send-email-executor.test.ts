import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import sendEmail from '../../executors/send-email-executor.ts';
import { mailAccount } from '../../src/composition/mail-account.ts';
import { loadConfig } from '../../src/config.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext, ExecutorSettings } from '../../src/core/executor.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import { makeContext, testSettings } from './make-context.ts';
import { listenLocally } from './support/listen-locally.ts';
import { type SmtpOptions, smtpServer } from './support/smtp-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function run(
  input: Record<string, unknown>,
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Result> {
  const given = {
    to: 'ann@example.com',
    subject: 'Hello',
    from_email: 'Tasks <tasks@example.org>',
    body: 'Text',
    ...input,
  };
  const context = makeContext(sendEmail, given as never, {
    http: createHttpClient({ allowPrivateUrls: true }),
    network: createNetwork({ allowPrivateUrls: true }),
    ...overrides,
  });
  return sendEmail.run(context as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

async function smtp(options?: SmtpOptions) {
  const server = await smtpServer(options);
  closing.push(server.close);
  const input = { smtp_host: '127.0.0.1', smtp_port: server.port, smtp_use_tls: false };
  return { server, input };
}
const settingsOf = (env: Record<string, string>, isAllowed = true): ExecutorSettings => ({
  ...testSettings,
  allowedExecutors: new Set(isAllowed ? [sendEmail.id] : []),
  mail: mailAccount(loadConfig(env)),
});

describe('smtp', () => {
  test('sends to everybody, hides bcc, logs in, and says the same name at every attempt', async () => {
    const { server, input } = await smtp();
    const mail = {
      ...input,
      to: ['ann@example.com', 'Bob <bob@example.com>'],
      cc: 'cc@example.com',
      bcc: ['bcc@example.com'],
      reply_to: 'answers@example.org',
      html: '<b>Text</b>',
      smtp_username: 'user',
      smtp_password: 'word',
    };
    const sent = await run(mail);
    expect(sent).toMatchObject({
      success: true,
      provider: 'smtp',
      message: 'Email sent to ann@example.com, Bob <bob@example.com>',
    });
    sendEmail.output.parse(sent);
    const [taken] = server.mails;
    expect(taken).toMatchObject({
      login: 'user:word',
      from: 'tasks@example.org',
      to: ['ann@example.com', 'bob@example.com', 'cc@example.com', 'bcc@example.com'],
    });
    expect(taken?.text).toContain('Reply-To: answers@example.org');
    expect(taken?.text).toContain('<b>Text</b>');
    expect(taken?.text).not.toContain('bcc@example.com');
    expect(sent.message_id).toMatch(/^<[0-9a-f]{32}@example\.org>$/);
    expect(taken?.text).toContain(`Message-ID: ${sent.message_id}`);
    expect((await run(mail)).message_id).toBe(sent.message_id);
  });

  test('a subject adds no headers, a body fetches no files', async () => {
    const { server, input } = await smtp();
    await run({
      ...input,
      subject: 'Hi\r\nBcc: evil@example.com\r\n\r\nbody',
      html: '<img src="/etc/passwd">',
    });
    expect(server.mails[0]?.text).not.toMatch(/^Bcc:/m);
    expect(server.mails[0]?.to).toEqual(['ann@example.com']);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  test.each([
    ['421 busy at the greeting', { GREETING: '421 try later' }, 'task_transient'],
    ['554 at the greeting', { GREETING: '554 go away' }, 'task_failed'],
    ['451 for the sender', { MAIL: '451 later' }, 'task_transient'],
    ['550 for the recipient', { RCPT: '550 no such user' }, 'task_failed'],
    ['450 for the recipient', { RCPT: '450 greylisted' }, 'task_transient'],
    ['552 for the mail', { MESSAGE: '552 too large' }, 'task_failed'],
    ['452 for the mail', { MESSAGE: '452 disk full' }, 'task_transient'],
  ])('%s', async (_what, answers, code) => {
    const { input } = await smtp({ answers: answers as unknown as Record<string, string> });
    const error = await failure(run(input));
    expect(error.code, error.message).toBe(code);
  });

  test('a wrong password is final and stands nowhere', async () => {
    const { input } = await smtp({ answers: { AUTH: '535 wrong' } });
    const error = await failure(run({ ...input, smtp_username: 'user', smtp_password: 'hunter2hunter2' }));
    expect(error.code).toBe('task_failed');
    expect(error.message).not.toContain('hunter2');
  });

  test('nothing is sent in the clear unless the task says so', async () => {
    const { server, input } = await smtp();
    const error = await failure(
      run({ ...input, smtp_use_tls: true, smtp_username: 'u', smtp_password: 'p' }),
    );
    expect(error.message).toContain('STARTTLS');
    expect(server.commands.some((line) => /^(AUTH|MAIL)/.test(line))).toBe(false);
    expect(server.mails).toEqual([]);
  });

  test('one recipient of two refused is told', async () => {
    const { input } = await smtp({ answers: { 'RCPT TO:<bob@example.com>': '550 no such user' } });
    const sent = await run({ ...input, to: ['ann@example.com', 'bob@example.com'] });
    expect(sent).toMatchObject({ success: true, rejected: ['bob@example.com'] });
  });

  test('ends at its time limit, and within a second of an abort', async () => {
    const { server, input } = await smtp({ answers: { MAIL: 'silence' } });
    expect((await failure(run({ ...input, timeout: 0.4 }))).code).toBe('task_timeout');
    const abort = new AbortController();
    const work = failure(run(input, { signal: abort.signal }));
    await expect.poll(() => server.commands.filter((line) => line.startsWith('MAIL')).length).toBe(2);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
  });

  test('nobody listens; the address is private', async () => {
    const { server, input } = await smtp();
    const guarded = createNetwork({ allowPrivateUrls: false });
    expect((await failure(run(input, { network: guarded }))).code).toBe('blocked_address');
    expect(server.connections()).toBe(0);
    await server.close();
    closing.length = 0;
    expect((await failure(run(input))).code).toBe('task_transient');
  });
});

describe('resend', () => {
  async function resend(status: number, body: string) {
    const seen: { headers: IncomingMessage['headers']; body: unknown }[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const part of request) text += String(part);
      seen.push({ headers: request.headers, body: JSON.parse(text) });
      response.writeHead(status).end(body);
    });
    const listening = await listenLocally(server);
    closing.push(listening.close);
    const settings = settingsOf({ RESEND_BASE_URL: `http://127.0.0.1:${listening.port}` }, false);
    return { seen, overrides: { settings } };
  }

  test('sends with the key of the task and the idempotency key', async () => {
    const { seen, overrides } = await resend(200, '{"id":"re_1"}');
    const sent = await run({ api_key: 're_key', bcc: 'b@example.com', html: '<p>' }, overrides);
    expect(sent).toEqual({ success: true, provider: 'resend', message_id: 're_1', status_code: 200 });
    expect(seen[0]).toMatchObject({
      headers: { authorization: 'Bearer re_key', 'idempotency-key': 'run-1:task-1' },
      body: {
        from: 'Tasks <tasks@example.org>',
        to: ['ann@example.com'],
        bcc: ['b@example.com'],
        text: 'Text',
        html: '<p>',
      },
    });
  });

  test.each([
    [422, 'task_failed'],
    [401, 'task_failed'],
    [429, 'task_transient'],
    [500, 'task_transient'],
  ])('status %i is %s', async (status, code) => {
    const { overrides } = await resend(status, '{"message":"no"}');
    expect((await failure(run({ api_key: 're_key' }, overrides))).code).toBe(code);
  });
});

describe("the server's own account", () => {
  test('is off until an operator names the executor', async () => {
    const settings = settingsOf({ SMTP_HOST: '127.0.0.1' }, false);
    const error = await failure(run({}, { settings }));
    expect(error.code).toBe('executor_unavailable');
    expect(error.message).toContain('TASKGROVE_ALLOW_EXECUTORS=send_email_executor');
    expect((await failure(run({}))).code).toBe('executor_unavailable');
  });

  test('sends by a private server although tasks may not call one', async () => {
    const { server } = await smtp();
    const settings = settingsOf({
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(server.port),
      SMTP_USE_TLS: 'false',
      SMTP_USERNAME: 'own',
      SMTP_PASSWORD: 'word',
      FROM_EMAIL: 'own@example.net',
    });
    const network = createNetwork({ allowPrivateUrls: false });
    expect(await run({ from_email: null }, { settings, network })).toMatchObject({ provider: 'smtp' });
    expect(server.mails[0]).toMatchObject({ login: 'own:word', from: 'own@example.net' });
  });

  test('lends nothing of itself to a host that a task names', async () => {
    const { server, input } = await smtp();
    const settings = settingsOf({
      SMTP_HOST: 'mail.example.net',
      SMTP_USERNAME: 'own',
      SMTP_PASSWORD: 'word',
      FROM_EMAIL: 'own@example.net',
    });
    await run(input, { settings });
    expect(server.mails[0]?.login).toBeNull();
    expect((await failure(run({ ...input, from_email: null }, { settings }))).message).toContain(
      '"from_email"',
    );
  });
});

test('needs a text, and not too many recipients', async () => {
  const { input } = await smtp();
  expect((await failure(run({ ...input, body: null }))).message).toContain('"body" or "html"');
  const to = [Array.from({ length: 51 }, (_, index) => `a${index}@example.com`).join(', ')];
  expect((await failure(run({ ...input, to }))).message).toContain('at most 50');
});
