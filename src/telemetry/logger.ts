/**
 * The JSON log: one object a line with `ts`, `level`, `msg`, to standard output or a file. Known secret fields and
 * secrets inside texts are masked. What people read in a terminal is printed by the start, not by this.
 */
import {
  type DestinationStream,
  destination,
  type LevelWithSilent,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
} from 'pino';
import { maskSecrets } from './mask-secrets.ts';

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'api_key',
  'apiKey',
  'x-api-key',
  'x-llm-api-key',
  'databaseUrl',
  'connectionString',
];

export type RootLogger = PinoLogger;

export interface LoggerOptions {
  readonly level: LevelWithSilent;
  /** Absolute; its folder is made. null = standard output. */
  readonly file: string | null;
  /** Instead of a file: for tests. */
  readonly stream?: DestinationStream;
}

/** What a log that cannot be written (full disk) keeps for later, in characters; the rest is dropped. */
const KEPT_WHILE_FAILING = 1024 * 1024;
const COMPLAIN_EVERY_MS = 60_000;

/** Writes are synchronous: the last line before a crash is the one that is needed. */
export function createLogger(options: LoggerOptions): RootLogger {
  const stream = options.stream ?? openDestination(options.file);
  return pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      redact: { paths: SECRET_FIELDS.flatMap(everywhereNear), censor: '[secret]' },
      hooks: { streamWrite: maskSecrets },
    },
    stream,
  );
}

/** A failing log must not fail the request that is logged: without a listener every write would throw. */
function openDestination(file: string | null): DestinationStream {
  const stream = destination({
    ...(file === null ? { dest: 1 } : { dest: file, mkdir: true }),
    sync: true,
    maxLength: KEPT_WHILE_FAILING,
  });
  let complainedMs = Number.NEGATIVE_INFINITY;
  stream.on('error', (error: Error) => {
    if (performance.now() - complainedMs < COMPLAIN_EVERY_MS) return;
    complainedMs = performance.now();
    process.stderr.write(`The log ${file ?? 'on standard output'} cannot be written: ${error.message}\n`);
  });
  return stream;
}

function everywhereNear(field: string): string[] {
  return [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`];
}
