/** The ladder with the real program: start, crash, reuse, taken ports, given servers. Each test has its own data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type EnsureTemporalOptions, ensureTemporal } from '../../src/temporal/dev-server/ensure-temporal.ts';
import { freePort } from '../../src/temporal/dev-server/free-port.ts';
import { processFacts } from '../../src/temporal/dev-server/process-facts.ts';

const config = loadConfig();
const stops: (() => Promise<unknown> | unknown)[] = [];
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'taskgrove-temporal-'));
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function options(changes: Partial<EnsureTemporalOptions> = {}): EnsureTemporalOptions {
  return {
    address: null,
    namespace: 'taskgrove',
    dataDir,
    cliPath: config.temporalCliPath,
    port: null,
    uiPort: null,
    cacheDir: config.cacheDir,
    environment: config.childEnvironment,
    logger: { warn: () => undefined },
    onProgress: () => undefined,
    ...changes,
  };
}

async function ensure(changes: Partial<EnsureTemporalOptions> = {}) {
  const server = await ensureTemporal(options(changes));
  stops.push(() => server.stop());
  return server;
}

async function listen(port: number): Promise<Server> {
  const stranger = createServer().listen(port, '127.0.0.1');
  await once(stranger, 'listening');
  stops.push(() => stranger.close());
  return stranger;
}

async function namespaceOf(address: string, namespace: string) {
  const connection = await Connection.connect({ address });
  try {
    const { config: settings } = await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const retention = settings?.workflowExecutionRetentionTtl?.seconds;
    return { retentionSeconds: Number(retention), attributes: Object.keys(customAttributes ?? {}).sort() };
  } finally {
    await connection.close();
  }
}

/** A process of its own that starts the server and then does nothing, to be killed. */
async function startAndHold(): Promise<{ child: ChildProcess; address: string; pid: number }> {
  const code = `
    import { ensureTemporal } from '${new URL('../../src/temporal/dev-server/ensure-temporal.ts', import.meta.url)}';
    const options = JSON.parse(process.argv[1]);
    const server = await ensureTemporal({ ...options, logger: { warn() {} }, onProgress() {} });
    console.log(JSON.stringify({ address: server.address, pid: server.pid }));
    setInterval(() => {}, 1000);`;
  const given = JSON.stringify(options());
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, ...JSON.parse(String(line)) };
}

it('starts a server with our namespace for a week, and stops it', async () => {
  const server = await ensure();
  expect(server).toMatchObject({ startedByUs: true, namespace: 'taskgrove' });
  expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(await namespaceOf(server.address, 'taskgrove')).toEqual({
    retentionSeconds: 7 * 24 * 3600,
    attributes: ['DemoMode', 'Executor', 'Plan', 'UserId'],
  });
  await server.stop();
  expect(await processFacts(server.pid ?? 0)).toBeNull();
  expect(existsSync(join(dataDir, 'temporal', 'server.json'))).toBe(false);
  expect(existsSync(join(dataDir, 'temporal', 'temporal.db'))).toBe(true);
});

it('takes over the server that a killed start left running', async () => {
  const first = await startAndHold();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await ensure();
  expect(second).toMatchObject({ address: first.address, pid: first.pid, startedByUs: true });
  await second.stop();
  expect(await processFacts(first.pid)).toBeNull();
});

it('shares the server of a start that still lives, and leaves it running', async () => {
  const first = await startAndHold();
  stops.push(() => process.kill(first.pid, 'SIGKILL'));
  stops.push(() => first.child.kill('SIGKILL'));
  const second = await ensure();
  expect(second).toMatchObject({ address: first.address, pid: first.pid, startedByUs: false });
  await second.stop();
  expect(await processFacts(first.pid)).not.toBeNull();
});

it('starts its own in another data directory, beside the first', async () => {
  const first = await ensure();
  const second = await ensure({ dataDir: join(dataDir, 'second') });
  expect(second.startedByUs).toBe(true);
  expect(second.pid).not.toBe(first.pid);
  expect(second.address).not.toBe(first.address);
});

it('starts the server again on the same port when it is killed', async () => {
  const server = await ensure();
  const before = server.pid ?? 0;
  process.kill(before, 'SIGKILL');
  const until = Date.now() + 20_000;
  while (server.pid === before && Date.now() < until) await delay(100);
  expect(server.pid).not.toBe(before);
  expect((await namespaceOf(server.address, 'taskgrove')).attributes).toContain('UserId');
});

it('names the port and the setting when a stranger has the port asked for', async () => {
  const port = await freePort(0);
  await listen(port);
  await expect(ensure({ port })).rejects.toThrow(`Port ${port} (TEMPORAL_PORT) is taken`);
  await expect(ensure({ uiPort: port })).rejects.toThrow(`Port ${port} (TEMPORAL_UI_PORT) is taken`);
});

it('uses the ports asked for', async () => {
  const port = await freePort(0);
  const uiPort = await freePort(0);
  const server = await ensure({ port, uiPort });
  expect(server).toMatchObject({ address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}` });
});

it('prepares a given server and never stops it', async () => {
  const own = await ensure();
  const given = await ensure({ address: own.address, namespace: 'elsewhere' });
  expect(given).toMatchObject({ address: own.address, startedByUs: false, pid: null, uiUrl: null });
  expect((await namespaceOf(own.address, 'elsewhere')).attributes).toHaveLength(4);
  await given.stop();
  expect(await processFacts(own.pid ?? 0)).not.toBeNull();
});

it('does not take a listening port for Temporal', async () => {
  const port = await freePort(0);
  await listen(port);
  const failure = ensure({ address: `127.0.0.1:${port}`, givenWithinMs: 500 });
  await expect(failure).rejects.toThrow(`No Temporal server answers at TEMPORAL_ADDRESS=127.0.0.1:${port}`);
});

it('names the three ways out when no program can be had', async () => {
  const environment = { PATH: '', HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
  const failure = ensure({ environment, cliPath: null, cacheDir: join(dataDir, 'cache') });
  await expect(failure).rejects.toThrow(
    /1\. Install the Temporal CLI.*2\. Set TEMPORAL_ADDRESS.*3\. Install Go/s,
  );
});
