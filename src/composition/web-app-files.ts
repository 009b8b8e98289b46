/**
 * The files of the built web app, all read at once: a request picks one by name from the list and never touches the
 * file system, so no path can lead out of the folder. Read again when a newer build lies there.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebApp, WebAppFile } from '../ports/web-app.ts';

/** The same place in a checkout and in the package. */
const BUILT_DIR = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const INDEX = 'index.html';
/** An own build shows at the next visit, and a busy page does not ask the disk for each of its files. */
const LOOK_EVERY_MS = 1_000;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

type Files = ReadonlyMap<string, WebAppFile>;

export function webAppFiles(folder: string = BUILT_DIR): WebApp {
  let loaded: { readonly builtAt: number; readonly files: Promise<Files> } | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function current(): Promise<Files> {
    if (loaded !== null && performance.now() - lookedAt < LOOK_EVERY_MS) return loaded.files;
    lookedAt = performance.now();
    const builtAt = await builtAtOf(folder);
    if (loaded?.builtAt !== builtAt)
      loaded = { builtAt, files: builtAt === 0 ? Promise.resolve(new Map()) : readAll(folder) };
    return loaded.files;
  }

  return {
    file: async (path) => (await current()).get(path) ?? null,
  };
}

/** 0: nothing was built. */
async function builtAtOf(folder: string): Promise<number> {
  try {
    return (await stat(join(folder, INDEX))).mtimeMs;
  } catch {
    // Absent is a state like any other: the route says how to build it.
    return 0;
  }
}

async function readAll(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const bodies = new Map(
    await Promise.all(
      paths.map(async (path) => [relative(folder, path).split(sep).join('/'), await readFile(path)] as const),
    ),
  );
  const files = new Map<string, WebAppFile>();
  for (const [path, body] of bodies) {
    const contentType = CONTENT_TYPES[extname(path)];
    // `.br` and `.gz` stand beside what they compress; other files are the build's own notes.
    if (contentType === undefined) continue;
    files.set(path, {
      contentType,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
      body,
      brotli: bodies.get(`${path}.br`) ?? null,
      gzip: bodies.get(`${path}.gz`) ?? null,
    });
  }
  return files;
}
