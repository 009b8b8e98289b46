/**
 * The workflow bundle: prebuilt in images (dist/), else built once per content and kept under node_modules/.cache.
 * Building costs a second and 100 MiB, so it happens in a child process.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const rootDir = join(sourceDir, '..');
const bundler = join(sourceDir, 'bundle-workflows.ts');
/** Folders whose content the bundle is made of. */
const SOURCES = ['workflows', 'core'];

/** Path of a bundle that matches the sources. */
export async function workflowBundle(): Promise<string> {
  const prebuilt = join(rootDir, 'workflow-bundle.js');
  if (await exists(prebuilt)) return prebuilt;
  const folder = join(rootDir, 'node_modules', '.cache', 'taskgrove');
  const path = join(folder, `workflow-bundle-${await contentHash()}.js`);
  if (await exists(path)) return path;
  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await build(unfinished);
  // Renamed when whole: a second start at the same time finds all of it or nothing.
  await rename(unfinished, path);
  return path;
}

async function contentHash(): Promise<string> {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update(sdk.version).update(await readFile(bundler));
  for (const folder of SOURCES) {
    const names = await readdir(join(sourceDir, folder), { recursive: true });
    for (const name of names.filter((one) => /\.(ts|js)$/.test(one)).sort()) {
      hash.update(name).update(await readFile(join(sourceDir, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function build(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundler, path], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The workflow bundle could not be built:\n${errors.slice(-2_000)}`));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
