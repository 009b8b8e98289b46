/** The composition root: `start` (roles all, api, worker by ROLE), `migrate`, `doctor`. */
import { join } from 'node:path';
import { readyText, welcomeText } from './composition/banner.ts';
import { runDoctor } from './composition/doctor.ts';
import { installRuntime } from './composition/install-runtime.ts';
import { type App, startApp } from './composition/start-app.ts';
import { startQueueWorker } from './composition/start-queue-worker.ts';
import { runWelcomeTree } from './composition/welcome-tree.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { AppError } from './core/errors.ts';
import { openStore } from './store/open-store.ts';
import { createLogger, type RootLogger } from './telemetry/logger.ts';

/** A second signal does not wait for the drain. */
const FORCED_EXIT_CODE = 130;
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(command: string): Promise<number> {
  const config = loadConfig();
  for (const notice of config.notices) print(notice);
  if (command === 'start') return config.workerQueue === null ? start(config) : startOnQueue(config);
  if (command === 'migrate') return migrate(config);
  if (command === 'doctor') return (await runDoctor(config, print)) ? 0 : 1;
  print(`Unknown command '${command}'. Known here: start, migrate, doctor; all others: npx taskgrove --help`);
  return 2;
}

async function start(config: Config): Promise<number> {
  const startedMs = performance.now();
  const isTerminal = process.stdout.isTTY || config.role === 'all';
  // People read the terminal, so the JSON log goes to a file there; containers read standard output.
  const logFile = config.logFile ?? (isTerminal ? join(config.dataDir, 'logs', 'taskgrove.log') : null);
  const logger = createLogger({ level: config.logLevel, file: logFile });
  const stopping = stopSignals();
  const coreMetricsAddress = await installRuntime(logger);
  const starting = startApp({
    config,
    logger,
    coreMetricsAddress,
    signal: stopping.signal,
    onProgress: (text) => print(`  ${text}`),
  });
  const app = await starting.catch((error: unknown) => {
    if (!stopping.isSet()) throw error;
    logger.info({ err: error }, 'the start was interrupted');
    return null;
  });
  if (app === null) {
    print('Stopped before it was ready.');
    return FORCED_EXIT_CODE;
  }
  try {
    if (!stopping.isSet()) await announce(app, config, logFile, startedMs, logger);
    await Promise.race([stopping.promise, app.broken]);
    print('\nStopping: running work is drained …');
  } finally {
    await app.stop();
  }
  print('Stopped.');
  return 0;
}

/** ROLE=worker on a named queue: no API, no store, no workflows. */
async function startOnQueue(config: Config): Promise<number> {
  const logger = createLogger({ level: config.logLevel, file: config.logFile });
  const stopping = stopSignals();
  const coreMetricsAddress = await installRuntime(logger);
  const onProgress = (text: string) => print(`  ${text}`);
  const worker = await startQueueWorker({ config, logger, coreMetricsAddress, onProgress });
  try {
    logger.info({ url: worker.url, queue: worker.queue }, 'ready');
    print(`● The worker of queue ${worker.queue} is ready; its health is at ${worker.url}/ready`);
    await Promise.race([stopping.promise, worker.broken]);
    print('\nStopping: running work is drained …');
  } finally {
    await worker.stop();
  }
  print('Stopped.');
  return 0;
}

async function announce(
  app: App,
  config: Config,
  logFile: string | null,
  startedMs: number,
  logger: RootLogger,
): Promise<void> {
  const seconds = (performance.now() - startedMs) / 1_000;
  logger.info({ url: app.url, role: config.role, seconds }, 'ready');
  const { url, temporalUiUrl } = app;
  print(
    readyText({ url, temporalUiUrl, dataDir: config.dataDir, database: app.store.kind, logFile, seconds }),
  );
  const counts = await app.store.tasks.count({});
  const isEmpty = Object.values(counts).every((count) => count === 0);
  if (config.role === 'all' && isEmpty) print(welcomeText(await runWelcomeTree(app.url, app.operatorKey)));
}

async function migrate(config: Config): Promise<number> {
  const logger = createLogger({ level: config.logLevel, file: config.logFile });
  const store = await openStore({
    databaseUrl: config.databaseUrl?.reveal() ?? null,
    dataDir: config.dataDir,
    logger,
  });
  print(`The ${store.kind} database is up to date.`);
  await store.close();
  return 0;
}

/** SIGINT (Ctrl-C) and SIGTERM (supervisors) drain; the second one of either gives up waiting. */
function stopSignals(): { promise: Promise<void>; signal: AbortSignal; isSet(): boolean } {
  let isSet = false;
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) => {
    const onSignal = () => {
      if (isSet) process.exit(FORCED_EXIT_CODE);
      isSet = true;
      controller.abort();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
  return { promise, signal: controller.signal, isSet: () => isSet };
}

/** People get a sentence; a stack only helps when it is a fault of ours. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (AppError.is(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  process.exitCode = await main(process.argv[2] ?? 'start');
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
