/** What a first visit downloads, from what was built. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/find-node.mjs';
import { buildWebApp } from '../../scripts/web-build.mjs';

const DIST = join(ROOT, 'web', 'dist');
const MOST_BYTES = 300_000;
/** Ours is stricter than what was promised, so that it is noticed in time. */
const OWN_MOST_BYTES = 165_000;

beforeAll(async () => {
  expect(await buildWebApp()).toBeNull();
});

/** The files that index.html and what it loads at once name, with the overview's own chunk. */
function firstPage(): string[] {
  const seen = new Set<string>(['index.html']);
  const queue = ['index.html', ...assets(/^overview-page-.*\.js$/)];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    seen.add(path);
    const text = readFileSync(join(DIST, path), 'utf8');
    const named = path.endsWith('.html')
      ? [...text.matchAll(/(?:src|href)="\/app\/([^"]+)"/g)].map(([, name]) => name ?? '')
      : [...text.matchAll(/(?:from|^import|;import)\s*"\.\/([\w.-]+\.js)"/g)].map(
          ([, name]) => `assets/${name}`,
        );
    for (const name of named) if (!seen.has(name) && existsSync(join(DIST, name))) queue.push(name);
  }
  return [...seen, ...assets(/^geist-latin-wght-normal-.*\.woff2$/)];
}

function assets(pattern: RegExp): string[] {
  return readdirSync(join(DIST, 'assets'))
    .filter((name) => pattern.test(name))
    .map((name) => `assets/${name}`);
}

describe('the first page', () => {
  it(`is below ${MOST_BYTES / 1000} kB, gzipped, script, style and font together`, () => {
    const files = firstPage();
    expect(files.filter((name) => name.endsWith('.js')).length).toBeGreaterThanOrEqual(3);
    expect(files.some((name) => name.endsWith('.css'))).toBe(true);
    const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path))).length, 0);
    console.log(`first page: ${(bytes / 1000).toFixed(1)} kB in ${files.length} files`);
    expect(bytes).toBeLessThan(OWN_MOST_BYTES);
    expect(OWN_MOST_BYTES).toBeLessThan(MOST_BYTES);
  });

  it('names nothing of another host and holds nothing inline', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8');
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    for (const css of assets(/\.css$/))
      expect(readFileSync(join(DIST, css), 'utf8')).not.toMatch(/url\(["']?(https?:)?\/\//);
  });

  it('is built once: a second look finds nothing to do', async () => {
    const startedAt = performance.now();
    expect(await buildWebApp()).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
