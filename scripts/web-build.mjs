/**
 * Builds web/ into web/dist when its sources are newer than what lies there. Plain JavaScript for Node 18 and newer:
 * the start calls it before it knows which Node it has; the build itself runs on the Node that `findNode` finds.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { findNode, ROOT } from './find-node.mjs';

const WEB = join(ROOT, 'web');
const BUILT = join(WEB, 'dist');
const MARKER = '.built-from';
/** What ends up in the app: its own files, the client it calls with, and the versions of its packages. */
const SOURCES = ['web', 'src/client', 'src/core', 'scripts/web-build.mjs', 'package-lock.json'];
const COMPRESSED = /\.(js|css|html|svg)$/;
const SMALLEST_BYTES = 1_024;
const SAY_AFTER_MS = 2_000;
const MOST_ATTEMPTS = 5;

/** Resolves with null when web/dist is up to date, else with the sentence that says why it is not. Never throws. */
export async function buildWebApp({ isForced = false } = {}) {
  // The package brings the built app and not its sources.
  if (!existsSync(join(WEB, 'index.html'))) return null;
  try {
    const wanted = hashOf(SOURCES);
    if (!isForced && builtFrom() === wanted) return null;
    await withWord(() => build(wanted));
    return null;
  } catch (error) {
    return `The web app could not be built: ${error.message}`;
  }
}

function builtFrom() {
  const path = join(BUILT, MARKER);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function hashOf(names) {
  const hash = createHash('sha256');
  for (const name of names) {
    const isFile = /\.\w+$/.test(name);
    for (const path of isFile ? [name] : filesOf(name))
      hash.update(path).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest('hex');
}

function filesOf(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !(folder === 'web' && name === 'dist'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesOf(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    );
}

/** Into a folder of its own first: a build that fails leaves the last good one in place. */
async function build(wanted) {
  const out = join(WEB, `.dist-${process.pid}`);
  try {
    await runVite(out);
    await compressAll(out);
    writeFileSync(join(out, MARKER), wanted);
    putInPlace(out, wanted);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** By renaming alone: who builds at the same time never sees, or removes, half of a folder. */
function putInPlace(out, wanted) {
  const old = `${out}-old`;
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(BUILT)) renameSync(BUILT, old);
      renameSync(out, BUILT);
      break;
    } catch (error) {
      // Somebody else was in between: the same build is as good as ours.
      if (builtFrom() === wanted) break;
      if (attempt === MOST_ATTEMPTS) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function runVite(out) {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const node = findNode();
  if (node === null) throw new Error('no Node that is new enough was found');
  if (!existsSync(vite)) throw new Error('vite is not installed; `npm ci --include=dev` brings it');
  const args = [vite, 'build', WEB, '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'];
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-4_000);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`vite ended with ${code}\n${said.trim()}`));
    });
  });
}

/** Once here instead of at every visit. */
async function compressAll(out) {
  const paths = readdirSync(out, { recursive: true }).filter((path) => COMPRESSED.test(path));
  await Promise.all(paths.map((path) => compress(join(out, path))));
}

async function compress(path) {
  const body = readFileSync(path);
  if (body.length < SMALLEST_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  const [brotlied, gzipped] = await Promise.all([
    promisify(brotliCompress)(body, { params }),
    promisify(gzip)(body, { level: 9 }),
  ]);
  writeFileSync(`${path}.br`, brotlied);
  writeFileSync(`${path}.gz`, gzipped);
}

/** Tells of the work only when it takes long enough for somebody to wonder. */
async function withWord(work) {
  const startedAt = Date.now();
  const timer = setTimeout(() => console.log('Building the web app (after a change only) …'), SAY_AFTER_MS);
  try {
    await work();
  } finally {
    clearTimeout(timer);
    const ms = Date.now() - startedAt;
    if (ms > SAY_AFTER_MS) console.log(`  … ${(ms / 1000).toFixed(1)} s`);
  }
}
