/**
 * `npm run check:package`: packs this checkout, installs the package into an empty folder, and uses it as a stranger
 * would: the command's version, a server, its web app, the client from JavaScript and, type-checked, from TypeScript. Takes minutes.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findNode, ROOT } from './find-node.mjs';

const READY_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'taskgrove-package-'));
const node = findNode() ?? process.execPath;

try {
  install();
  checkVersion();
  checkTypes();
  await checkServer();
  console.log('The package works where it is installed');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program, args, cwd = folder) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** npm and its scripts run on the Node that runs this one. */
function install() {
  process.env.PATH = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
  // A tarball given as argument was packed before.
  const given = process.argv[2];
  if (given === undefined) run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT);
  const tarball = given ?? join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', tarball, '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']);
}

function checkVersion() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const printed = run(node, [join(folder, 'node_modules', '.bin', 'taskgrove'), '--version']).trim();
  if (printed !== version) throw new Error(`taskgrove --version printed '${printed}', not '${version}'`);
}

function checkTypes() {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { createClient } from 'taskgrove/client';
import { defineExecutor } from 'taskgrove/executor';
import { defineHook } from 'taskgrove/hook';
const answer = await createClient({ url: 'http://127.0.0.1:8000' }).execute({ tasks: [{ name: 'cpu' }] });
export const runId: string | undefined = answer.run_id;
// @ts-expect-error Declarations that were not found would make everything any.
export const wrong: symbol = answer.run_id;
export { defineExecutor, defineHook };
`,
  );
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext'];
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  run(node, [compiler, ...options, '--moduleResolution', 'nodenext', ...types, 'consumer.ts']);
}

async function checkServer() {
  const [port, uiPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const server = spawn(node, [join(folder, 'node_modules', '.bin', 'taskgrove'), 'start'], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: String(port),
      TEMPORAL_UI_PORT: String(uiPort),
      METRICS_PORT: String(metricsPort),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    await within(READY_LIMIT_MS, 'The welcome tree did not complete', welcomed(server));
    checkClient(port);
    await checkWebApp(port);
    server.kill('SIGTERM');
    const [code] = await within(STOP_LIMIT_MS, 'SIGTERM did not stop the server', ended);
    if (code !== 0) throw new Error(`The server ended with ${code}`);
  } finally {
    server.kill('SIGKILL');
  }
}

/** Resolves when the server has told of its welcome tree. */
function welcomed(server) {
  return new Promise((resolve, reject) => {
    let printed = '';
    server.stdout.setEncoding('utf8').on('data', (chunk) => {
      printed += chunk;
      if (/welcome[^\n]*completed/i.test(printed)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${printed}`)));
  });
}

function checkClient(port) {
  writeFileSync(
    join(folder, 'consumer.mjs'),
    `import { createClient } from 'taskgrove/client';
const client = createClient({ url: 'http://127.0.0.1:${port}' });
const tasks = [{ name: 'cpu', schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } }];
console.log((await client.execute({ tasks })).tree_status);
`,
  );
  const status = run(node, ['consumer.mjs']).trim();
  if (status !== 'completed') throw new Error(`The client's tree ended '${status}'`);
}

/** The page, and every file it names. */
async function checkWebApp(port) {
  const base = `http://127.0.0.1:${port}`;
  const page = await (await fetch(`${base}/app/`)).text();
  const paths = [...page.matchAll(/(?:src|href)="(\/app\/[^"]+)"/g)].map(([, path]) => path);
  if (paths.length < 3) throw new Error(`/app/ is no page of the web app:\n${page}`);
  for (const path of paths) {
    const { status } = await fetch(base + path);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  }
}

async function within(limitMs, complaint, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} in ${limitMs / 1_000} s`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
