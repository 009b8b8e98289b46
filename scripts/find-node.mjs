/**
 * Finds a Node that runs our TypeScript as it is (22.18 or newer) and hands over to it. Plain JavaScript for Node 18
 * and newer, without dependencies, because it runs before we know what we have.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const IS_PACKAGE = ROOT.includes(`${sep}node_modules${sep}`);
const NEEDED = [22, 18];

/** @param {string} version for example `v24.1.0` */
export function isGoodVersion(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The running Node when it is new enough, else the one that `npm ci` installed; null when neither will do. */
export function findNode() {
  if (isGoodVersion(process.version)) return process.execPath;
  const suffix = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // Installed as somebody's dependency, its own dependencies lie beside it.
  const folders = [join(ROOT, 'node_modules'), ...(IS_PACKAGE ? [dirname(ROOT)] : [])];
  const candidates = folders.flatMap((folder) => [
    join(folder, '.bin', suffix),
    join(folder, `node-${platform}-${process.arch}`, 'bin', suffix),
    join(folder, `node-bin-${platform}-${process.arch}`, 'bin', suffix),
  ]);
  return candidates.find((path) => existsSync(path) && isGoodVersion(versionOf(path))) ?? null;
}

function versionOf(node) {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    // A file that cannot run here (another platform's) counts as no Node at all.
    return 'v0.0.0';
  }
}

/** Becomes `node <script> <arguments>`, or explains why that cannot be. `.env` in the working directory is read. */
export function runScript(script, scriptArguments) {
  const node = findNode();
  if (node === null) {
    console.error(
      `Taskgrove needs Node ${NEEDED.join('.')} or newer; this is ${process.version}. Install a newer one ` +
        '(https://nodejs.org), or run `npm ci`: it brings one for Linux, macOS on Apple silicon and Windows.',
    );
    process.exit(1);
  }
  const args = [
    '--disable-warning=ExperimentalWarning',
    ...(existsSync('.env') ? ['--env-file=.env'] : []),
    entryOf(script),
    ...scriptArguments,
  ];
  // Replacing this process saves its memory and lets every signal, SIGKILL included, reach the program itself.
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.emitWarning = () => undefined;
    process.execve(node, [node, ...args], process.env);
  }
  spawnAndFollow(node, args);
}

/** The source where it is there, else what `npm run build` made of it: Node runs no TypeScript inside node_modules. */
function entryOf(script) {
  const source = join(ROOT, script);
  const built = join(ROOT, 'dist', script.replace(/\.ts$/, '.js'));
  return existsSync(built) && (IS_PACKAGE || !existsSync(source)) ? built : source;
}

function spawnAndFollow(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      // In a terminal Ctrl-C reaches the child by itself; a second one would mean "stop at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`Cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0));
  });
}
