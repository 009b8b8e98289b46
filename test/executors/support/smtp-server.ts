/** A small real SMTP server: greets, takes logins and mails, and refuses what a test wants refused. */
import { createServer, type Socket } from 'node:net';
import { type Listening, listenLocally } from './listen-locally.ts';

export interface TakenMail {
  readonly login: string | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

export interface SmtpOptions {
  /** Answers by the command's first word; all else is taken. `silence` never answers. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly extensions?: readonly string[];
}

export interface SmtpTestServer extends Listening {
  readonly mails: TakenMail[];
  /** Commands as they came. */
  readonly commands: string[];
}

export async function smtpServer({
  answers = {},
  extensions = ['AUTH PLAIN'],
}: SmtpOptions = {}): Promise<SmtpTestServer> {
  const mails: TakenMail[] = [];
  const commands: string[] = [];
  const server = createServer((socket) => {
    const greeting = answers['GREETING'] ?? '220 test ESMTP';
    if (greeting !== 'silence') socket.write(`${greeting}\r\n`);
    converse(socket, { answers, extensions, mails, commands });
  });
  return { ...(await listenLocally(server)), mails, commands };
}

interface Conversation {
  readonly answers: Readonly<Record<string, string>>;
  readonly extensions: readonly string[];
  readonly mails: TakenMail[];
  readonly commands: string[];
}

function converse(socket: Socket, { answers, extensions, mails, commands }: Conversation): void {
  let login: string | null = null;
  let from = '';
  let to: string[] = [];
  let data: string | null = null;
  let buffer = '';
  const say = (line: string) => socket.write(`${line}\r\n`);
  const take = (line: string) => {
    if (data !== null) {
      if (line !== '.') data += `${line}\n`;
      else {
        mails.push({ login, from, to, text: data });
        data = null;
        to = [];
        say(answers['MESSAGE'] ?? '250 taken');
      }
      return;
    }
    commands.push(line);
    const word = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
    const answer = answers[word] ?? answers[line];
    if (answer === 'silence') return;
    if (answer !== undefined) {
      say(answer);
      return;
    }
    if (word === 'EHLO') say(['250-test', ...extensions.map((each) => `250-${each}`), '250 OK'].join('\r\n'));
    else if (word === 'AUTH') {
      login = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString('utf8')
        .split('\0')
        .slice(1)
        .join(':');
      say('235 welcome');
    } else if (word === 'MAIL') {
      from = /<(.*?)>/.exec(line)?.[1] ?? '';
      say('250 OK');
    } else if (word === 'RCPT') {
      to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
      say('250 OK');
    } else if (word === 'DATA') {
      data = '';
      say('354 go on');
    } else if (word === 'QUIT') socket.end('221 bye\r\n');
    else say(word === 'RSET' || word === 'NOOP' ? '250 OK' : '502 not implemented');
  };
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8');
    for (let end = buffer.indexOf('\r\n'); end !== -1; end = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      take(line);
    }
  });
}
