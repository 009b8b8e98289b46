/** Fetches a web page and gives its main text and facts, for language models and other text work. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type HttpResponse } from '../src/core/executor.ts';
import { decodeText } from './_decode-text.ts';
import type { PageContent } from './_read-page.ts';
import { requestFailure } from './_request-failure.ts';
import { ThreadPool } from './_thread-pool.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Longest time to take a page apart. */
const PARSE_MS = 10_000;

const threads = new ThreadPool<string, PageContent>({ module: '_page-worker', subject: 'page' });

export default defineExecutor({
  id: 'scrape_executor',
  name: 'Website Scraper Executor',
  description:
    'Scrape website content and metadata from a given URL, returning the main text and metadata for downstream use such as data analysis, NLP, or further processing. Supports configurable character limits and metadata extraction.',
  tags: ['scrape', 'website', 'content', 'metadata'],
  type: null,
  examples: [
    'Scrape a blog post',
    'Extract main text and metadata from a news article',
    'Fetch content from a documentation page',
  ],
  input: z.object({
    url: z.string().min(1).describe('Target website URL to scrape'),
    max_chars: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(5_000)
      .describe('Maximum number of characters to extract (default: 5000)'),
    extract_metadata: z
      .boolean()
      .default(true)
      .describe('Whether to extract metadata like title and description (default: True)'),
  }),
  // `result` stands alone in the schema, so that dependants are given the text itself, as in the original.
  output: z.looseObject({
    result: z
      .string()
      .describe(
        'Facts and main text as one text. Beside it: url, title, description, text, metadata, truncated',
      ),
  }),
  placement: 'activity',
  timeoutMs: 120_000,
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: { url: 'https://example.com/demo' },
  demoDelayMs: 200,
  demo({ input }) {
    const url = typeof input['url'] === 'string' ? input['url'] : 'https://example.com/demo';
    return resultOf(
      url,
      {
        title: 'Example Demo',
        description: 'Example description.',
        text: 'This is a demo of the website scraping executor.',
        metadata: { language: 'en' },
      },
      { maxChars: 5_000, hasMetadata: true },
    );
  },
  async run({ input, http, signal }) {
    const request = { url: input.url, method: 'GET', timeoutSeconds: TIMEOUT_MS / 1_000 };
    const answer = await http
      .request({
        url: input.url,
        headers: {
          accept: 'text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5',
          'user-agent': 'Mozilla/5.0 (compatible; taskgrove)',
        },
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        signal,
      })
      .catch((error: unknown) => {
        throw requestFailure(error, request);
      });
    const page = await pageOf(input.url, answer, signal);
    return resultOf(answer.url, page, { maxChars: input.max_chars, hasMetadata: input.extract_metadata });
  },
});

async function pageOf(url: string, answer: HttpResponse, signal: AbortSignal): Promise<PageContent> {
  if (answer.status >= 400) {
    const isPassing = answer.status >= 500 || answer.status === 429;
    const text = `Failed to scrape ${url}: the server answered with status ${answer.status}`;
    throw new AppError(isPassing ? 'task_transient' : 'task_failed', text, {
      details: { status: answer.status },
    });
  }
  const type = (answer.headers['content-type'] ?? 'text/html').toLowerCase();
  const text = decodeText(answer.body, type);
  if (/html/.test(type)) {
    return threads.run(text, { timeoutMs: PARSE_MS, signal });
  }
  if (/^text\/|json|xml/.test(type)) return { title: '', description: '', text: text.trim(), metadata: {} };
  throw new AppError(
    'task_failed',
    `Failed to scrape ${url}: '${type}' is no text. Give the address of a page`,
  );
}

function resultOf(
  url: string,
  page: PageContent,
  { maxChars, hasMetadata }: { maxChars: number; hasMetadata: boolean },
) {
  const text = firstCharacters(page.text, maxChars);
  const truncated = text.length < page.text.length;
  if (!hasMetadata) return { result: text, url, text, truncated };
  const facts = [
    ...(page.title === '' ? [] : [`Title: ${page.title}`]),
    ...(page.description === '' ? [] : [`Description: ${page.description}`]),
    `URL: ${url}`,
  ];
  return {
    result: `${facts.join('\n')}\n\n---\n\nMain Text:\n${text}`,
    url,
    title: page.title,
    description: page.description,
    text,
    metadata: page.metadata,
    truncated,
  };
}

/** Never cuts a character that takes two code units in half. */
function firstCharacters(text: string, count: number): string {
  const cut = text.slice(0, count);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
