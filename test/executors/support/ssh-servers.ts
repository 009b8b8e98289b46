/** SSH servers on loopback: the machine's own sshd where it is installed, and ssh2's, which can be made to misbehave. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

const SSHD = '/usr/sbin/sshd';
export const hasSshd = existsSync(SSHD);

export interface SshTestServer {
  readonly port: number;
  readonly username: string;
  close(): Promise<void>;
}

/** Logs in with the key `key`, which this puts into `filesDir`. */
export async function startSshd(filesDir: string, port: number): Promise<SshTestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sshd-'));
  for (const name of ['host', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  await copyFile(join(folder, 'key'), join(filesDir, 'key'));
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'key.pub')}`,
    `PidFile ${join(folder, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
  ];
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`);
  // As root, sshd wants its folder of privilege separation.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' });
  await untilOpen(port, child);
  return {
    port,
    username: userInfo().username,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.end());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface OwnSshServer extends SshTestServer {
  readonly commands: string[];
  /** Signals that commands were sent. */
  readonly signals: string[];
  readonly logins: string[];
}

/** User `ann` with the password `word`. The commands: `exit N`, `huge`, `sleep`, `drop`; all others are echoed. */
export async function startOwnSsh(): Promise<OwnSshServer> {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519');
  const commands: string[] = [];
  const signals: string[] = [];
  const logins: string[] = [];
  const connections = new Set<Connection>();
  // The library's server drops signals to a running command, but its log shows that they came.
  const debug = (line: string) => {
    const name = /^.*Inbound: CHANNEL_REQUEST \(r:\d+, signal: (\w+)\)$/.exec(line)?.[1];
    if (name !== undefined) signals.push(name);
  };
  const server = new ssh2.Server({ hostKeys: [hostKey], debug }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (login) => {
      if (login.method !== 'password') return login.reject(['password']);
      logins.push(`${login.username}:${login.password}`);
      return login.username === 'ann' && login.password === 'word' ? login.accept() : login.reject();
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (take, _refuse, { command }) => {
        commands.push(command);
        answer(take(), command, connection);
      });
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  return {
    port,
    username: 'ann',
    commands,
    signals,
    logins,
    async close() {
      for (const connection of connections) connection.end();
      server.close();
    },
  };
}

function answer(channel: ServerChannel, command: string, connection: Connection): void {
  if (command === 'sleep') return;
  if (command === 'drop') {
    connection.end();
    return;
  }
  const code = /^exit (\d+)$/.exec(command);
  if (command === 'huge') channel.write('a'.repeat(3 * 1024 * 1024));
  else channel.write(command);
  channel.exit(code === null ? 0 : Number(code[1]));
  channel.end();
}
