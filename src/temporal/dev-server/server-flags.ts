/**
 * How our own Temporal server is started. Its stock settings read a shard's queue 20 times a second, which costs
 * 50 ms for every step of a workflow; these are worth a factor of five to ten.
 */
import { SEARCH_ATTRIBUTES } from '../search-attributes.ts';

const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 200,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'system.enableActivityEagerExecution': true,
  // Without these two, priority and fairness keys are ignored.
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
} as const;

/** WAL with synchronous=NORMAL: safe against a crash of the process; a power cut may lose the last moments. */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'NORMAL' } as const;

/** Fewer garbage collections for more memory: a tenth of the server's time. */
export const SERVER_ENVIRONMENT = { GOGC: '400' } as const;

export interface ServerFlags {
  readonly port: number;
  readonly uiPort: number;
  readonly dbPath: string;
  readonly namespace: string;
}

/** Arguments of the `temporal` program. Loopback only: the dev server asks nobody for a password. */
export function serverArguments(flags: ServerFlags): string[] {
  const pairs = (flag: string, values: object) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(flags.port), '--ui-port', String(flags.uiPort)],
    ...['--db-filename', flags.dbPath, '--namespace', flags.namespace],
    ...['--log-level', 'error', '--log-format', 'json', '--color', 'never'],
    ...pairs('--search-attribute', SEARCH_ATTRIBUTES),
    ...pairs('--sqlite-pragma', SQLITE_PRAGMAS),
    ...pairs('--dynamic-config-value', DYNAMIC_CONFIG),
  ];
}
