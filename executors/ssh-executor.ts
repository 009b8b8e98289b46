/** Runs a command on another machine over SSH. Any exit code is a result; only a command that never ran fails. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, SECRET, secretNames } from '../src/core/executor.ts';
import { CREDENTIAL_VARIABLE } from '../src/core/secrets/secret-field.ts';
import { Deadline } from './_deadline.ts';
import { filesPath } from './_files-path.ts';
import { openSocket } from './_open-socket.ts';

const ID = 'ssh_executor';
const MAX_TIMEOUT_SECONDS = 3_600;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const OFF =
  'Commands over SSH are disabled by default for security. An operator can switch them on: set ' +
  'TASKGROVE_ALLOW_EXECUTORS=ssh_executor.';

const input = z.object({
  host: z.string().min(1).describe('Remote hostname or IP address to connect to'),
  port: z.number().int().min(1).max(65_535).default(22).describe('SSH port number'),
  username: z.string().min(1).describe('SSH username for authentication'),
  password: z
    .string()
    .nullable()
    .default(null)
    .meta(SECRET)
    .describe('SSH password for authentication (optional if key_file provided)'),
  key_file: z
    .string()
    .nullable()
    .default(null)
    .describe('Path to SSH private key file (optional if password provided)'),
  host_key: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/)
    .nullable()
    .default(null)
    .describe('Fingerprint of the host key (SHA256:…); nothing is sent to a server with another one'),
  command: z.string().min(1).describe('Command to execute on the remote server'),
  timeout: z
    .number()
    .min(1)
    .max(MAX_TIMEOUT_SECONDS)
    .default(30)
    .describe('Command execution timeout in seconds'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_VARIABLE))
    .describe('Environment variables to set for the command execution'),
});
type SshInput = z.infer<typeof input>;

export default defineExecutor({
  id: ID,
  name: 'SSH Executor',
  description: 'Execute commands on remote servers via SSH',
  tags: ['ssh', 'remote', 'command'],
  type: 'ssh',
  examples: ['Execute command on remote server', 'Run script on remote host', 'Remote system administration'],
  input,
  output: z.object({
    success: z.boolean().describe('Whether the exit code was 0'),
    host: z.string().describe('The machine'),
    username: z.string().describe('Who ran it'),
    command: z.string().describe('The command as given'),
    return_code: z.number().int().nullable().describe('Exit code; null when a signal ended it'),
    stdout: z.string().describe('Standard output, up to 1 MiB'),
    stderr: z.string().describe('Standard error, up to 1 MiB'),
    truncated: z.boolean().describe('Whether output was dropped'),
    host_key: z.string().describe('Fingerprint of the key that the server showed'),
    host_key_verified: z
      .boolean()
      .describe(
        'Whether it was held against the `host_key` input; without one, whoever answered was believed',
      ),
  }),
  placement: 'activity',
  unsafe: OFF,
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // A command may have an effect: a task's policy may ask for more attempts.
  maxAttempts: 1,
  demoInput: {
    host: 'demo.example.com',
    username: 'demo',
    password: 'demo',
    command: "echo 'Hello from remote server'",
  },
  demoDelayMs: 500,
  demo: ({ input: given }) => ({
    success: true,
    host: typeof given['host'] === 'string' ? given['host'] : 'demo.example.com',
    username: typeof given['username'] === 'string' ? given['username'] : 'demo',
    command: typeof given['command'] === 'string' ? given['command'] : "echo 'Hello from remote server'",
    return_code: 0,
    stdout: 'Hello from remote server\nDemo SSH execution result',
    stderr: '',
    truncated: false,
    host_key: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    host_key_verified: false,
  }),
  async run(context) {
    const { input: given, settings, signal } = context;
    // The caller checks too; this executor is one that must not depend on it.
    if (!settings.allowedExecutors.has(ID)) throw new AppError('executor_unavailable', OFF);
    const deadline = new Deadline(signal, given.timeout);
    return deadline.hold(`The command on ${given.host}`, runThere(context, deadline));
  },
});

async function runThere({ input: given, settings, network }: ExecutorContext<SshInput>, deadline: Deadline) {
  const privateKey =
    given.key_file === null ? null : await readFile(await filesPath(settings.filesDir, given.key_file));
  if (privateKey === null && !given.password) {
    throw new AppError('task_input_invalid', 'Either "password" or "key_file" is required');
  }
  const server = `${given.username}@${given.host}:${given.port}`;
  const socket = await openSocket(network, { host: given.host, port: given.port, signal: deadline.signal });
  const { runOverSsh } = await import('./_run-ssh.ts');
  const result = await runOverSsh(
    socket,
    {
      username: given.username,
      password: given.password,
      privateKey,
      hostKey: given.host_key,
      command: withEnvironment(given),
      maxOutputBytes: MAX_OUTPUT_BYTES,
      timeoutMs: Math.ceil(given.timeout * 1_000),
      signal: deadline.signal,
    },
    server,
  );
  return {
    success: result.exitCode === 0,
    host: given.host,
    username: given.username,
    command: given.command,
    return_code: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    truncated: result.isTruncated,
    host_key: result.hostKey,
    host_key_verified: given.host_key !== null,
  };
}

/** Servers refuse variables of a session unless they were set up for them; the shell over there does not. */
function withEnvironment({ command, env }: SshInput): string {
  const set = Object.entries(env ?? {}).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'; `,
  );
  return set.join('') + command;
}
