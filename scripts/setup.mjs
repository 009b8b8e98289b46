/**
 * Runs before `npm start` and, with `--test`, before `npm test`: installs what is missing, builds the web app when its
 * sources have changed, and says nothing when there is nothing to do. Plain JavaScript for Node 18 and newer, without
 * dependencies: it runs before there are any.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './find-node.mjs';
import { isInstalled, markInstalled } from './installed.mjs';
import { buildWebApp } from './web-build.mjs';

const EVERY_MS = 10_000;

const forTests = process.argv.includes('--test');
await installPackages(forTests);
if (forTests) await installTestPrograms();
await prepareWebApp();

async function installPackages(withDev) {
  if (!isInstalled(ROOT, withDev)) {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    // NODE_ENV=production would leave out what the tests need.
    if (withDev) args.push('--include=dev');
    const code = await withProgress('Installing packages (once, about half a minute)', () => runNpm(args));
    if (code !== 0) {
      console.error(
        'The packages could not be installed: npm said why above. Check the network (or the registry in ' +
          '`npm config get registry`), then run `npm ci --ignore-scripts` in this folder and start again.',
      );
      process.exit(1);
    }
  }
  markInstalled(ROOT, withDev);
}

/** The server does without its web app: a build that fails is told, and the start goes on. */
async function prepareWebApp() {
  const problem = await buildWebApp();
  if (problem !== null)
    console.error(`${problem}\nThe server starts all the same; \`npm run build:web\` tries again.`);
}

function runNpm(args) {
  const npmScript = process.env.npm_execpath;
  // The Node that runs npm, not one inside the node_modules that `npm ci` is about to replace.
  const node = process.env.npm_node_execpath ?? process.execPath;
  if (npmScript?.endsWith('.js')) return run(node, [npmScript, ...args]);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' });
}

/** PostgreSQL, a browser, Python for its client: tests that need them are skipped, with a word, where they cannot be had. */
async function installTestPrograms() {
  const missing = [];
  if (!hasPostgres()) missing.push('postgresql');
  if (!['chromium', 'chromium-browser', 'google-chrome'].some(isOnPath)) missing.push('chromium');
  if (!isOnPath('python3')) missing.push('python3');
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.log(
      `${names} not found: what needs it is skipped. On Debian: sudo apt-get install -y ${missing.join(' ')}`,
    );
    return;
  }
  const code = await withProgress(`Installing ${names} for the tests (once)`, async () => {
    await run('apt-get', ['update', '-qq']);
    return run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  if (code !== 0) console.log(`apt-get could not install ${names}: what needs it is skipped.`);
}

function hasPostgres() {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return isOnPath('initdb') || versions.some((version) => existsSync(join(folder, version, 'bin', 'initdb')));
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
      return false;
    }
  });
}

/** Resolves with the exit code; a program that cannot be started counts as 1. */
function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], ...options });
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function withProgress(text, work) {
  console.log(`${text} …`);
  const startedAt = Date.now();
  const timer = setInterval(
    () => console.log(`  … ${Math.round((Date.now() - startedAt) / 1000)} s`),
    EVERY_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
