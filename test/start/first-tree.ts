/** The start command once, as a newcomer runs it: empty data directory, ready line, welcome tree, Ctrl-C, second start refused. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, ServerProcess } from '../support/server-process.ts';

const WELCOME_WITHIN_MS = 30_000;
let passed = 0;
let failed = 0;

async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-start-'));
const port = await freePort();
const server = new ServerProcess({ dataDir, port });
try {
  await check('an empty data directory: ready, with the URLs', async () => {
    const ms = await server.start();
    console.log(`      ready after ${(ms / 1_000).toFixed(1)} s`);
    assert.match(server.output, /Taskgrove is ready/);
    assert.match(server.output, new RegExp(`http://127.0.0.1:${port}/docs`));
    assert.match(server.output, /namespaces\/taskgrove\/workflows/);
    assert.match(server.output, /curl -s /);
  });
  await check('the welcome tree runs and its result is printed', async () => {
    const deadline = performance.now() + WELCOME_WITHIN_MS;
    while (!server.output.includes('welcome tree') && performance.now() < deadline) await delay(50);
    assert.match(server.output, /The welcome tree \(5 tasks\) is completed/);
    assert.match(server.output, /processors \(/);
    assert.match(server.output, /"summary": "Aggregated 4 task results/);
  });
  await check('a second start says who has the port and what to do', async () => {
    const second = new ServerProcess({ dataDir: `${dataDir}-2`, port });
    await assert.rejects(second.start(), (error: Error) => {
      assert.match(error.message, new RegExp(`Port ${port} is taken by .*\\(pid ${server.pid}\\)`));
      assert.match(error.message, /PORT=/);
      return true;
    });
  });
  await check('SIGTERM drains and stops everything', async () => {
    const code = await server.stop();
    assert.equal(code, 0, server.output);
    assert.match(server.output, /Stopped\./);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/live`));
  });
} finally {
  await server.kill();
  await rm(dataDir, { recursive: true, force: true });
  await rm(`${dataDir}-2`, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
