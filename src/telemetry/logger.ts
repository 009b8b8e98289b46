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

/** Writes are synchronous: the last line before a crash is the one that is needed. */
export function createLogger(options: LoggerOptions): RootLogger {
  const stream =
    options.stream ??
    destination(
      options.file === null ? { dest: 1, sync: true } : { dest: options.file, mkdir: true, sync: true },
    );
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

function everywhereNear(field: string): string[] {
  return [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`];
}
