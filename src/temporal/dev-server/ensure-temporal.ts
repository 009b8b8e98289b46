/**
 * Finds or starts the Temporal server: TEMPORAL_ADDRESS, else the one an earlier start left running, else our own.
 * Always ends with a server whose namespace and search attributes exist, or with one message that names the ways out.
 */
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { AppError } from '../../core/errors.ts';
import { cliCandidates } from './cli-candidates.ts';
import { connectWithin } from './connect.ts';
import { endProcess } from './end-process.ts';
import { withFileLock } from './file-lock.ts';
import { freePort, isPortFree } from './free-port.ts';
import { type OwnServer, type OwnServerOptions, startOwnServer, takeCharge } from './own-server.ts';
import { registerNamespace } from './register-namespace.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';
import { hasOtherOwner, isRecordedServer, readServerRecord, type ServerRecord } from './server-record.ts';
import { withProgress } from './with-progress.ts';

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const GIVEN_WITHIN_MS = 30_000;
const ORPHAN_WITHIN_MS = 5_000;

export interface EnsureTemporalOptions {
  /** TEMPORAL_ADDRESS, or null for a local server. */
  readonly address: string | null;
  readonly namespace: string;
  /** Absolute. The server's database, log and pid file go to `temporal/` in it. */
  readonly dataDir: string;
  readonly cliPath: string | null;
  /** null: the usual port, or any free one when that is taken. */
  readonly port: number | null;
  readonly uiPort: number | null;
  /** Absolute. Keeps the CLI for all checkouts of this user. */
  readonly cacheDir: string;
  /** For the programs we start; see `Config.childEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: { warn(fields: object, message: string): void };
  /** A line for people, for whatever takes longer than two seconds. */
  readonly onProgress: (text: string) => void;
  /** How long a given address may take to answer. Default 30,000. */
  readonly givenWithinMs?: number;
  /** Ends the fetching of the program at once; `ensureTemporal` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface TemporalServer {
  readonly address: string;
  /** null when we do not know where the UI of the given server is. */
  readonly uiUrl: string | null;
  readonly namespace: string;
  /** True when `stop` ends the server: we started it, or took over one whose owner was killed. */
  readonly startedByUs: boolean;
  /** null for a server that was given to us. */
  readonly pid: number | null;
  /** Ends our own server; does nothing to others. */
  stop(): Promise<void>;
}

/** Throws `unavailable` with a message that says what to do. */
export async function ensureTemporal(options: EnsureTemporalOptions): Promise<TemporalServer> {
  if (options.address !== null) return useGiven(options, options.address);
  const paths = pathsOf(options);
  const server = await withFileLock(
    join(options.dataDir, 'temporal', 'start.lock'),
    async () => (await reuse(options, paths)) ?? (await startOwn(options, paths)),
    () => options.onProgress('Another start is using this data directory: waiting for it'),
  );
  try {
    await prepare(server.address, options.namespace, server.startedByUs);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function pathsOf(options: EnsureTemporalOptions) {
  const folder = join(options.dataDir, 'temporal');
  return { dbPath: join(folder, 'temporal.db'), recordPath: join(folder, 'server.json') };
}
type Paths = ReturnType<typeof pathsOf>;

async function useGiven(options: EnsureTemporalOptions, address: string): Promise<TemporalServer> {
  const connection = await withProgress(`Waiting for Temporal at ${address}`, options.onProgress, () =>
    connectWithin(address, options.givenWithinMs ?? GIVEN_WITHIN_MS),
  );
  if (connection === null) {
    throw new AppError(
      'unavailable',
      `No Temporal server answers at TEMPORAL_ADDRESS=${address}. Start it, correct the address, or unset it to use a local server.`,
    );
  }
  await using(connection, () => register(connection, options.namespace, false));
  return {
    address,
    uiUrl: null,
    namespace: options.namespace,
    startedByUs: false,
    pid: null,
    stop: async () => undefined,
  };
}

/** The server an earlier start left behind (kill -9), or one that a living process shares with us. */
async function reuse(options: EnsureTemporalOptions, paths: Paths): Promise<TemporalServer | null> {
  const record = await readServerRecord(paths.recordPath);
  if (record === null || record.dbPath !== paths.dbPath || !(await isRecordedServer(record))) return null;
  const isShared = await hasOtherOwner(record);
  const connection = await connectWithin(`127.0.0.1:${record.port}`, ORPHAN_WITHIN_MS);
  await connection?.close();
  const hasOtherPort = options.port !== null && options.port !== record.port;
  if (isShared && connection !== null) return shared(record, options.namespace);
  if (isShared) {
    throw new AppError(
      'unavailable',
      `The Temporal server of process ${record.owner.pid} does not answer; stop that process.`,
    );
  }
  if (connection === null || hasOtherPort) {
    await endProcess(record.pid, record.startedAt);
    return null;
  }
  return owned(await takeCharge(record, ownOptions(options, paths, record)), options.namespace);
}

function shared(record: ServerRecord, namespace: string): TemporalServer {
  return {
    address: `127.0.0.1:${record.port}`,
    uiUrl: `http://127.0.0.1:${record.uiPort}`,
    namespace,
    startedByUs: false,
    pid: record.pid,
    stop: async () => undefined,
  };
}

function owned(server: OwnServer, namespace: string): TemporalServer {
  return {
    address: `127.0.0.1:${server.port}`,
    uiUrl: `http://127.0.0.1:${server.uiPort}`,
    namespace,
    startedByUs: true,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
  };
}

interface Placement {
  readonly port: number;
  readonly uiPort: number;
  readonly cliPath: string;
}

function ownOptions(options: EnsureTemporalOptions, paths: Paths, placement: Placement): OwnServerOptions {
  return {
    ...paths,
    port: placement.port,
    uiPort: placement.uiPort,
    cliPath: placement.cliPath,
    namespace: options.namespace,
    environment: options.environment,
    onNotice: (text) => options.logger.warn({ component: 'temporal' }, text),
  };
}

async function startOwn(options: EnsureTemporalOptions, paths: Paths): Promise<TemporalServer> {
  const failures: string[] = [];
  for await (const cliPath of cliCandidates(options, failures)) {
    const port = await choosePort('TEMPORAL_PORT', options.port, DEFAULT_PORT);
    const uiPort = await choosePort('TEMPORAL_UI_PORT', options.uiPort, DEFAULT_UI_PORT, port);
    const own = ownOptions(options, paths, { port, uiPort, cliPath });
    try {
      const server = await withProgress('Starting the Temporal server', options.onProgress, () =>
        startOwnServer(own),
      );
      return owned(server, options.namespace);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new AppError('unavailable', noServerMessage(failures));
}

async function choosePort(
  name: string,
  wanted: number | null,
  usual: number,
  taken?: number,
): Promise<number> {
  if (wanted === null) return freePort(usual === taken ? 0 : usual);
  if (await isPortFree(wanted)) return wanted;
  throw new AppError(
    'unavailable',
    `Port ${wanted} (${name}) is taken by another program. Stop that program, set ${name} to another port, or unset it to use any free one.`,
  );
}

function noServerMessage(failures: readonly string[]): string {
  return [
    'No Temporal server could be started. One of these helps:',
    '  1. Install the Temporal CLI so that `temporal` is on PATH, or set TEMPORAL_CLI_PATH (https://docs.temporal.io/cli).',
    '  2. Set TEMPORAL_ADDRESS=host:port to a server that runs elsewhere.',
    '  3. Install Go (https://go.dev/dl): the server is then built once, in 2 to 3 minutes.',
    ...(failures.length > 0 ? ['What was tried:', ...failures.map((failure) => `  - ${failure}`)] : []),
  ].join('\n');
}

async function prepare(address: string, namespace: string, isOwnServer: boolean): Promise<void> {
  const connection = await connectWithin(address, ORPHAN_WITHIN_MS);
  if (connection === null) throw new AppError('unavailable', `The Temporal server at ${address} went away`);
  await using(connection, () => register(connection, namespace, isOwnServer));
}

async function register(connection: Connection, namespace: string, isOwnServer: boolean): Promise<void> {
  await registerNamespace(connection, namespace, { isOwnServer });
  await registerSearchAttributes(connection, namespace);
}

async function using(connection: Connection, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await connection.close();
  }
}
