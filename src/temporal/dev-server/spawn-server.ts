/** Starts one Temporal server process and waits until it answers. */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { connectWithin } from './connect.ts';
import { endProcess } from './end-process.ts';
import { processFacts } from './process-facts.ts';
import { SERVER_ENVIRONMENT, type ServerFlags, serverArguments } from './server-flags.ts';

const READY_WITHIN_MS = 60_000;

export interface SpawnOptions extends ServerFlags {
  readonly cliPath: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface SpawnedServer {
  readonly pid: number;
  /** See `ProcessFacts.startedAt`. */
  readonly startedAt: string;
}

/**
 * Resolves when the server answers as Temporal; `onSpawned` is awaited before that, as soon as there is a process.
 * Throws `unavailable` with its last words when it ends or stays silent.
 * It is detached, so that Ctrl-C reaches us first and it outlives a kill of ours.
 */
export async function spawnServer(
  options: SpawnOptions,
  onSpawned: (server: SpawnedServer) => Promise<void>,
): Promise<SpawnedServer> {
  await mkdir(dirname(options.dbPath), { recursive: true });
  const logPath = join(dirname(options.dbPath), 'server.log');
  const log = await open(logPath, 'w', 0o600);
  const child = spawn(options.cliPath, serverArguments(options), {
    detached: true,
    env: { ...options.environment, ...SERVER_ENVIRONMENT },
    stdio: ['ignore', log.fd, log.fd],
    windowsHide: true,
  });
  let hasEnded = false;
  child.once('error', () => {
    hasEnded = true;
  });
  child.once('exit', () => {
    hasEnded = true;
  });
  child.unref();
  await log.close();
  const facts = child.pid === undefined ? null : await processFacts(child.pid);
  const server =
    child.pid !== undefined && facts !== null ? { pid: child.pid, startedAt: facts.startedAt } : null;
  if (server !== null) {
    await onSpawned(server);
    const connection = await connectWithin(`127.0.0.1:${options.port}`, READY_WITHIN_MS, () => hasEnded);
    await connection?.close();
    if (connection !== null && !hasEnded) return server;
    await endProcess(server.pid, server.startedAt);
  }
  throw new AppError('unavailable', `${options.cliPath} did not start a server: ${await lastWords(logPath)}`);
}

async function lastWords(logPath: string): Promise<string> {
  const lines = (await readFile(logPath, 'utf8')).trim().split('\n');
  return lines.slice(-3).join(' ').slice(-500) || `it said nothing (${logPath})`;
}
