/** A running Temporal server that this process is in charge of: keeps it alive, writes its pid file, stops it. */
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from './end-process.ts';
import { processFacts } from './process-facts.ts';
import { removeServerRecord, type ServerRecord, thisProcess, writeServerRecord } from './server-record.ts';
import { type SpawnedServer, type SpawnOptions, spawnServer } from './spawn-server.ts';

const LOOK_EVERY_MS = 500;
const RESTART_PAUSE_MS = 2_000;

export interface OwnServer {
  readonly port: number;
  readonly uiPort: number;
  /** Changes when the server had to be started again. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface OwnServerOptions extends SpawnOptions {
  readonly recordPath: string;
  readonly onNotice: (text: string) => void;
}

/** Starts a server and takes charge of it. Throws `unavailable` when it does not come up. */
export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  return takeCharge(await spawnRecorded(options), options);
}

/** Recorded before it is ready: a kill in between must not leave a server that nobody knows on our database. */
function spawnRecorded(options: OwnServerOptions): Promise<SpawnedServer> {
  return spawnServer(options, async (server) => {
    await writeServerRecord(options.recordPath, await recordOf(server, options));
  });
}

/** Takes charge of `running`. When it dies it is started again on the same ports and database. */
export async function takeCharge(running: SpawnedServer, options: OwnServerOptions): Promise<OwnServer> {
  let current = running;
  let isStopping = false;
  let restart: Promise<void> | null = null;
  await writeServerRecord(options.recordPath, await recordOf(current, options));

  async function startAgain(): Promise<void> {
    options.onNotice('The Temporal server ended by itself; starting it again');
    while (!isStopping) {
      try {
        current = await spawnRecorded(options);
        return;
      } catch (error) {
        options.onNotice(error instanceof Error ? error.message : String(error));
        await delay(RESTART_PAUSE_MS);
      }
    }
  }

  const watch = setInterval(async () => {
    if (restart !== null || isStopping) return;
    const facts = await processFacts(current.pid);
    if (facts?.startedAt === current.startedAt || restart !== null || isStopping) return;
    restart = startAgain().finally(() => {
      restart = null;
    });
  }, LOOK_EVERY_MS);
  watch.unref();

  return {
    port: options.port,
    uiPort: options.uiPort,
    get pid() {
      return current.pid;
    },
    async stop() {
      isStopping = true;
      clearInterval(watch);
      await restart;
      await endProcess(current.pid, current.startedAt);
      await removeServerRecord(options.recordPath);
    },
  };
}

async function recordOf(server: SpawnedServer, options: OwnServerOptions): Promise<ServerRecord> {
  const { port, uiPort, dbPath, namespace, cliPath } = options;
  const { pid, startedAt } = server;
  return { pid, startedAt, port, uiPort, dbPath, namespace, cliPath, owner: await thisProcess() };
}
