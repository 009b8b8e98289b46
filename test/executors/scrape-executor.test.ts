import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import scrape from '../../executors/scrape-executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { type LocalServer, localServer } from '../http/local-server.ts';
import { makeContext } from './make-context.ts';

const http = createHttpClient({ allowPrivateUrls: true });
const run = (input: JsonObject) => scrape.run(makeContext(scrape, input, { http }) as never);
const paragraph = 'Rivers carve valleys over many thousand years, and people settle along them for water. ';
const page = `<!doctype html><html lang="en"><head><title>Rivers &amp; valleys</title>
<meta name="description" content="How valleys come about"><meta name="author" content="Ada">
<meta property="og:site_name" content="The Almanac"><link rel="canonical" href="https://a.example/rivers">
<script>window.secretScript = 1</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home menu entry</a></nav><article><h1>Rivers</h1>
${Array.from({ length: 8 }, () => `<p>${paragraph.repeat(4)}</p>`).join('\n')}</article>
<footer>Imprint</footer></body></html>`;
let server: LocalServer;

beforeAll(async () => {
  server = await localServer((request, response) => {
    const html = { 'content-type': 'text/html' };
    switch (request.url) {
      case '/page':
        response.writeHead(200, html).end(page);
        return;
      case '/moved':
        response.writeHead(301, { location: '/page' }).end();
        return;
      case '/latin':
        response.writeHead(200, html).end(Buffer.from('<meta charset="iso-8859-1"><p>caf\xe9</p>', 'latin1'));
        return;
      case '/bare':
        response.writeHead(200, html).end('<p>just this');
        return;
      case '/wide':
        response.writeHead(200, html).end(`<body>${'<i>x</i>'.repeat(100_000)}</body>`);
        return;
      case '/deep':
        response.writeHead(200, html).end(`<body>${'<div>'.repeat(50_000)}deep`);
        return;
      case '/text':
        response.writeHead(200, { 'content-type': 'text/plain' }).end('plain 😀😀');
        return;
      case '/huge':
        response.writeHead(200, html).end(Buffer.alloc(5 * 1024 * 1024, 'a'));
        return;
      case '/image':
        response.writeHead(200, { 'content-type': 'image/png' }).end('x');
        return;
      case '/gone':
        response.writeHead(404).end();
        return;
      default:
        response.writeHead(503).end();
    }
  });
});
afterAll(() => server.close());

describe('scrape_executor', () => {
  test('finds article, title and facts, and leaves scripts and menus out', async () => {
    const result = await run({ url: `${server.url}/moved`, max_chars: 100_000 });
    expect(result).toMatchObject({
      url: `${server.url}/page`,
      title: 'Rivers & valleys',
      description: 'How valleys come about',
      metadata: {
        author: 'Ada',
        site_name: 'The Almanac',
        language: 'en',
        canonical: 'https://a.example/rivers',
      },
      truncated: false,
    });
    expect(result.result).toMatch(
      /^Title: Rivers & valleys\nDescription: How valleys come about\nURL: \S+\/page\n\n---\n\nMain Text:\n/,
    );
    expect(result.result).toContain('Rivers carve valleys');
    for (const noise of ['secretScript', 'color: red', 'Home menu', 'Imprint']) {
      expect(result.result).not.toContain(noise);
    }
  });

  test('limits characters and leaves facts out when asked', async () => {
    const short = await run({ url: `${server.url}/page`, max_chars: 20, extract_metadata: false });
    expect(short).toMatchObject({ truncated: true });
    expect(short.result).toHaveLength(20);
    expect(short).not.toHaveProperty('title');
    expect((await run({ url: `${server.url}/text`, max_chars: 7 })).text).toBe('plain ');
  });

  test.each([
    ['/latin', 'café'],
    ['/bare', 'just this'],
  ])('reads %s', async (path, text) => {
    expect((await run({ url: `${server.url}${path}` })).text).toBe(text);
  });

  test.each(['/wide', '/deep'])('a hostile page holds its thread, never the process: %s', async (path) => {
    let longest = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await run({ url: `${server.url}${path}` }).catch((error) => expect(error.code).toBe('task_failed'));
    clearInterval(ticks);
    expect(longest).toBeLessThan(500);
    expect((await run({ url: `${server.url}/bare` })).text).toBe('just this');
  });

  test.each([
    ['/gone', 'task_failed', 'status 404'],
    ['/busy', 'task_transient', 'status 503'],
    ['/image', 'task_failed', 'image/png'],
    ['/huge', 'task_failed', 'larger than the limit'],
  ])('%s fails as %s', async (path, code, text) => {
    await expect(run({ url: `${server.url}${path}` })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });
});
