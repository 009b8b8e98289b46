/** Once for all server tests: one Temporal server in memory of this machine's kind, one PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadConfig } from '../../src/config.ts';
import { ensureTemporal } from '../../src/temporal/dev-server/ensure-temporal.ts';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-test-'));
  const config = loadConfig({ PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir });
  const [temporal, postgres] = await Promise.all([
    ensureTemporal({
      address: null,
      namespace: 'taskgrove',
      dataDir,
      cliPath: config.temporalCliPath,
      port: null,
      uiPort: null,
      cacheDir: config.cacheDir,
      environment: config.childEnvironment,
      logger: { warn: (fields, message) => console.warn(message, fields) },
      onProgress: (text) => console.log(text),
    }),
    startPostgres(),
  ]);
  project.provide('temporalAddress', temporal.address);
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await temporal.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
