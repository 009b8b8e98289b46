/**
 * The only reader of `process.env`. Unset means a safe default; wrong values are all listed at once and stop the start.
 * The settings themselves are in config/settings.ts.
 */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import type { Setting } from './config/setting.ts';
import { MAKE_SECRET, SETTINGS } from './config/settings.ts';

type Settings = typeof SETTINGS;
type Values = { -readonly [Key in keyof Settings]: z.output<Settings[Key]['schema']> };

/** Every setting by its name in settings.ts, with absolute folders, plus what follows from them. */
export type Config = Readonly<Values> & {
  /** One line each for old or doubtful settings, to be shown at the start. */
  readonly notices: readonly string[];
  /** Environment for programs we start (Temporal, Go): ours without our own settings and without secrets. */
  readonly childEnvironment: Readonly<Record<string, string>>;
};

/** Thrown by `loadConfig`; `problems` holds one sentence for each wrong setting. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Parses the environment. Throws `ConfigError` with every problem found. */
export function loadConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    values[key] = parseSetting(setting, environment, problems);
  }
  // Safe: the loop above filled each key with its schema's output or its typed fallback.
  const parsed = values as Values;
  problems.push(...conflicts(parsed));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...parsed,
    dataDir: absolute(parsed.dataDir),
    cacheDir: absolute(parsed.cacheDir),
    logFile: parsed.logFile === null ? null : absolute(parsed.logFile),
    hooksDir: parsed.hooksDir === null ? null : absolute(parsed.hooksDir),
    temporalCliPath: resolveProgram(parsed.temporalCliPath),
    // Older systems gave the metrics the API's own port: that means "no port of their own".
    metricsPort: parsed.metricsPort === parsed.port && parsed.port !== 0 ? null : parsed.metricsPort,
    corsOrigins: parsed.corsAllowAll ? ['*'] : parsed.corsOrigins,
    allowedHosts: parsed.allowedHosts.length > 0 ? parsed.allowedHosts : defaultHosts(parsed),
    notices: notices(environment),
    childEnvironment: childEnvironment(environment),
  };
}

function given(environment: Environment, setting: Setting<unknown>): { name: string; value: string } | null {
  for (const name of [setting.name, ...setting.aliases]) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return { name, value };
  }
  return null;
}

function parseSetting(setting: Setting<unknown>, environment: Environment, problems: string[]): unknown {
  const found = given(environment, setting);
  if (found === null) return setting.fallback;
  const result = setting.schema.safeParse(found.value);
  if (result.success) return result.data;
  // The value itself stays out of the message: it may be a secret or hold one.
  problems.push(`${found.name} ${result.error.issues[0]?.message ?? 'is not valid'}`);
  return setting.fallback;
}

function conflicts(values: Values): string[] {
  const problems: string[] = [];
  problems.push(...queueWorkerConflicts(values));
  if (values.databaseUrl === null && values.role !== 'all' && values.workerQueue === null) {
    problems.push(
      `ROLE=${values.role} splits the work over processes, which DuckDB cannot serve: set DATABASE_URL=postgres://…`,
    );
  }
  if (values.databaseUrl === null && values.workers > 1) {
    problems.push(
      'WORKERS above 1 needs a database that many processes share: set DATABASE_URL=postgres://…',
    );
  }
  if (values.temporalEncrypt && values.secret === null) {
    problems.push('TEMPORAL_ENCRYPT needs a key that stays the same: set TASKGROVE_SECRET');
  }
  problems.push(...accessConflicts(values));
  const hasBucketKeys = values.personaBucketAccessKey !== null && values.personaBucketSecretKey !== null;
  if (values.personaBucket !== null && !hasBucketKeys)
    problems.push(
      'PERSONA_BACKUP_S3_BUCKET needs PERSONA_BACKUP_S3_ACCESS_KEY and PERSONA_BACKUP_S3_SECRET_KEY',
    );
  if (values.temporalPort !== null && values.temporalPort === values.port) {
    problems.push('TEMPORAL_PORT must differ from PORT');
  }
  return problems;
}

function queueWorkerConflicts(values: Values): string[] {
  if (values.workerQueue === null) return [];
  const problems: string[] = [];
  if (values.role !== 'worker') problems.push('WORKER_QUEUE is for ROLE=worker');
  if (values.apiUrl === null || values.workerToken === null)
    problems.push('WORKER_QUEUE needs API_URL and WORKER_TOKEN: that is how it reaches the runs');
  if (values.temporalAddress === null)
    problems.push('WORKER_QUEUE needs TEMPORAL_ADDRESS: the Temporal server that the API uses');
  if (values.databaseUrl !== null || values.secret !== null)
    problems.push(
      'WORKER_QUEUE works without DATABASE_URL and TASKGROVE_SECRET: take them away, its machine need not know them',
    );
  if (values.temporalEncrypt)
    problems.push('WORKER_QUEUE cannot read what TEMPORAL_ENCRYPT hides: it has no TASKGROVE_SECRET');
  return problems;
}

/** The default of the older systems: everybody knows it, so everybody could make tokens. */
const PUBLIC_JWT_SECRET = 'demo-secret-key-change-in-production';

function accessConflicts(values: Values): string[] {
  const problems: string[] = [];
  const { jwtSecret, jwtJwksUrl, jwtIssuer, jwtAudience } = values;
  if (jwtSecret?.reveal() === PUBLIC_JWT_SECRET)
    problems.push('JWT_SECRET is the published default of an older system: choose one of your own');
  if (jwtJwksUrl !== null && (jwtIssuer === null || jwtAudience === null))
    problems.push("JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE, or another application's tokens would do");
  if (values.databaseUrl !== null && values.secret === null)
    problems.push(
      `PostgreSQL may be shared by many processes, which need one TASKGROVE_SECRET: set it (${MAKE_SECRET})`,
    );
  if (!values.demoMode && values.databaseUrl !== null && jwtSecret === null && jwtJwksUrl === null)
    problems.push('DEMO_MODE=false needs JWT_SECRET or JWT_JWKS_URL: nobody could sign in');
  if (values.sessionCookieSameSite === 'none' && values.publicUrl?.startsWith('https:') !== true)
    problems.push('SESSION_COOKIE_SAMESITE=none needs PUBLIC_URL to be https');
  return problems;
}

const OLD_SETTINGS: Readonly<Record<string, string>> = {
  WORKERS:
    'WORKERS has no effect: one process uses one event loop; start more processes on PostgreSQL instead.',
  ENVIRONMENT: 'ENVIRONMENT has no effect: each setting has a name of its own (see .env.example).',
  DEBUG: 'DEBUG has no effect: set LOG_LEVEL=debug.',
  RELOAD: 'RELOAD has no effect: restart the server after a change, or use `node --watch`.',
  REDIS_URL: 'REDIS_URL has no effect: conversations are kept in the database, and need no cache beside it.',
  STREAMLIT_PORT: 'STREAMLIT_PORT has no effect: there is no Streamlit page; the API is on PORT.',
};

/** Read by the command line, which may share its environment with a server. */
const CLI_SETTINGS = ['TASKGROVE_URL', 'TASKGROVE_API_KEY'];

function notices(environment: Environment): string[] {
  const lines = Object.entries(OLD_SETTINGS)
    .filter(([name]) => environment[name] !== undefined && environment[name] !== '')
    .map(([, line]) => line);
  const known = new Set([...Object.values(SETTINGS).map((setting) => setting.name), ...CLI_SETTINGS]);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('TASKGROVE_') && !known.has(name),
  );
  return [...lines, ...unknown.map((name) => `${name} is not a setting (see .env.example); it is ignored.`)];
}

function defaultHosts(values: Values): string[] {
  const hosts = ['localhost', '127.0.0.1', '::1'];
  if (values.host !== '0.0.0.0' && values.host !== '::') hosts.push(values.host);
  if (values.publicUrl !== null) hosts.push(new URL(values.publicUrl).hostname);
  return [...new Set(hosts)];
}

const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|API_KEY|CREDENTIAL|DATABASE_URL/i;

function childEnvironment(environment: Environment): Record<string, string> {
  const own = new Set(Object.values(SETTINGS).flatMap((setting) => [setting.name, ...setting.aliases]));
  const kept = Object.entries(environment).filter(
    ([name, value]) =>
      value !== undefined && !own.has(name) && !name.startsWith('TEMPORAL_') && !SECRET_NAME.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** A bare program name is looked up on PATH later; anything with a folder in it is taken from here. */
function resolveProgram(path: string | null): string | null {
  if (path === null || isAbsolute(path) || !/[\\/]/.test(path)) return path;
  return absolute(path);
}

/** No shell has expanded `~` in a `.env` file. */
function absolute(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}
