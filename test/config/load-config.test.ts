/** Settings: defaults, other systems' names, and every problem at once. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config.ts';

const POSTGRES = 'postgres://someone:hidden@localhost:5432/taskgrove';
const SECRET = 'thirty-two characters at the least';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  it('are safe when nothing is set', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      role: 'all',
      metricsPort: null,
      dataDir: resolve('.data'),
      databaseUrl: null,
      temporalAddress: null,
      temporalNamespace: 'taskgrove',
      allowPrivateUrls: false,
      allowCommand: false,
      allowExecutors: [],
      trustProxy: { hops: 0 },
      allowedHosts: ['localhost', '127.0.0.1', '::1'],
      heartbeatTimeoutMs: 10_000,
      reconcileIntervalMs: 15_000,
      notices: [],
    });
  });

  it('count for empty values too', () => {
    expect(loadConfig({ PORT: '', HOST: '  ' })).toMatchObject({ port: 8000, host: '127.0.0.1' });
  });
});

describe('values', () => {
  it('are read under the names of older systems, ours first', () => {
    const older = { APFLOW_API_PORT: '9000', PROMETHEUS_PORT: '9100', APFLOW_STDIO_ALLOW_COMMAND: '1' };
    expect(loadConfig(older)).toMatchObject({ port: 9000, metricsPort: 9100, allowCommand: true });
    expect(loadConfig({ ...older, PORT: '9001' }).port).toBe(9001);
  });

  it('understand yes and no in their usual spellings', () => {
    for (const yes of ['1', 'true', 'YES', 'on'])
      expect(loadConfig({ FORCE_DEMO: yes }).forceDemo).toBe(true);
    for (const no of ['0', 'false', 'No', 'off']) expect(loadConfig({ DEMO_MODE: no }).demoMode).toBe(false);
  });

  it('understand log levels of Python', () => {
    expect(loadConfig({ LOG_LEVEL: 'WARNING' }).logLevel).toBe('warn');
    expect(loadConfig({ LOG_LEVEL: 'INFO' }).logLevel).toBe('info');
  });

  it('take the database URL as SQLAlchemy spells it', () => {
    const url = loadConfig({
      DATABASE_URL: 'postgresql+asyncpg://u:p@db/x',
      TASKGROVE_SECRET: SECRET,
    }).databaseUrl;
    expect(url?.reveal()).toBe('postgres://u:p@db/x');
  });

  it('take port 0 as any free one', () => {
    expect(loadConfig({ PORT: '0', METRICS_PORT: '0' })).toMatchObject({ port: 0, metricsPort: 0 });
  });

  it('give the metrics no port of their own when it is the API port', () => {
    expect(loadConfig({ PORT: '8000', PROMETHEUS_PORT: '8000' }).metricsPort).toBeNull();
  });

  it('make folders absolute, from the home folder where they say so', () => {
    expect(loadConfig({ DATA_DIR: '~/grove' }).dataDir).toBe(join(homedir(), 'grove'));
  });

  it('allow the host of PUBLIC_URL', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://grove.example/' })).toMatchObject({
      publicUrl: 'https://grove.example',
      allowedHosts: ['localhost', '127.0.0.1', '::1', 'grove.example'],
    });
  });

  it('tell hops from address ranges in TRUST_PROXY', () => {
    expect(loadConfig({ TRUST_PROXY: '2' }).trustProxy).toEqual({ hops: 2 });
    expect(loadConfig({ TRUST_PROXY: '10.0.0.0/8, ::1' }).trustProxy).toEqual({
      ranges: ['10.0.0.0/8', '::1'],
    });
  });
});

describe('problems', () => {
  it('are all listed at once', () => {
    const problems = problemsOf({
      PORT: 'eighty',
      ROLE: 'boss',
      DEMO_MODE: 'maybe',
      TEMPORAL_ADDRESS: 'nowhere',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'ROLE',
      'TEMPORAL_ADDRESS',
      'DEMO_MODE',
    ]);
  });

  it.each([
    ['TEMPORAL_PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://u@h/d'],
    ['DATABASE_URL', 'duckdb:///x.db'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['PUBLIC_URL', 'ftp://x'],
    ['DEMO_SLEEP_SCALE', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['TASKGROVE_SECRET', 'short'],
  ])('%s=%s is refused by name', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must `));
  });

  it('never repeat the value: it may be a secret', () => {
    const problems = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@h/d', TASKGROVE_SECRET: 'hunter2' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hunter2');
  });

  it.each(['api', 'worker'])('ROLE=%s needs PostgreSQL', (role) => {
    expect(problemsOf({ ROLE: role })[0]).toContain('set DATABASE_URL=postgres://…');
    expect(problemsOf({ ROLE: role, DATABASE_URL: POSTGRES, TASKGROVE_SECRET: SECRET })).toEqual([]);
  });

  it('WORKERS above 1 needs PostgreSQL', () => {
    expect(problemsOf({ WORKERS: '4' })[0]).toContain('set DATABASE_URL=postgres://…');
    expect(problemsOf({ WORKERS: '4', DATABASE_URL: POSTGRES, TASKGROVE_SECRET: SECRET })).toEqual([]);
  });
});

describe('who may ask', () => {
  const postgres = { DATABASE_URL: POSTGRES, TASKGROVE_SECRET: SECRET };

  it.each<[string, Record<string, string>, RegExp]>([
    ['PostgreSQL without the common secret', { DATABASE_URL: POSTGRES }, /TASKGROVE_SECRET/],
    ['the secret everybody knows', { JWT_SECRET: 'demo-secret-key-change-in-production' }, /^JWT_SECRET is/],
    ['its old name', { APFLOW_JWT_SECRET: 'demo-secret-key-change-in-production' }, /^JWT_SECRET is/],
    ['JWKS without issuer', { JWT_JWKS_URL: 'https://idp/keys', JWT_AUDIENCE: 'a' }, /JWT_ISSUER/],
    ['JWKS without audience', { JWT_JWKS_URL: 'https://idp/keys', JWT_ISSUER: 'i' }, /JWT_AUDIENCE/],
    ['no guests and no tokens', { ...postgres, DEMO_MODE: 'false' }, /^DEMO_MODE=false needs JWT_SECRET/],
    ['cookies for other sites over http', { SESSION_COOKIE_SAMESITE: 'none' }, /PUBLIC_URL to be https/],
  ])('%s is refused', (_name, environment, problem) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems[0]).not.toContain('demo-secret');
  });

  it('takes what is complete', () => {
    const provider = { JWT_JWKS_URL: 'https://idp/keys', JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' };
    for (const environment of [
      { ...postgres, DEMO_MODE: 'false', APFLOW_JWT_SECRET: SECRET },
      { ...postgres, DEMO_MODE: 'false', ...provider },
      { DEMO_MODE: 'false' },
      { SESSION_COOKIE_SAMESITE: 'None', PUBLIC_URL: 'https://grove.example' },
    ])
      expect(problemsOf(environment)).toEqual([]);
  });
});

describe('notices', () => {
  it('are one line for each old setting and for each misspelt one', () => {
    const { notices } = loadConfig({
      WORKERS: '1',
      RELOAD: 'true',
      STREAMLIT_PORT: '8501',
      TASKGROVE_SECRT: 'x',
    });
    expect(notices.map((line) => line.split(' ')[0])).toEqual([
      'WORKERS',
      'RELOAD',
      'STREAMLIT_PORT',
      'TASKGROVE_SECRT',
    ]);
  });
});

describe('the environment of programs we start', () => {
  it('has what they need and none of our settings or secrets', () => {
    const { childEnvironment } = loadConfig({
      PATH: '/bin',
      HOME: '/home/me',
      HTTPS_PROXY: 'http://proxy:3128',
      PORT: '8000',
      DATABASE_URL: POSTGRES,
      TASKGROVE_SECRET: 'x'.repeat(32),
      OPENAI_API_KEY: 'sk-x',
      TEMPORAL_NAMESPACE: 'mine',
    });
    expect(childEnvironment).toEqual({ PATH: '/bin', HOME: '/home/me', HTTPS_PROXY: 'http://proxy:3128' });
  });
});
