/**
 * The thread that counts tokens with the dictionaries of OpenAI's models: they take half a second to read and 80 MiB,
 * which nobody else should wait for or keep.
 */
import { parentPort } from 'node:worker_threads';

/** The dictionaries that models of today use. */
export type Encoding = 'o200k_base' | 'cl100k_base';

export interface CountJob {
  readonly id: number;
  readonly encoding: Encoding;
  readonly texts: readonly string[];
}

export interface CountAnswer {
  readonly id: number;
  readonly tokens: number;
}

/** Merging takes the square of a run's length, and no token is nearly this long: longer runs are counted in parts. */
const LONGEST_RUN = 128;
const LONG_RUNS = new RegExp(`\\S{${LONGEST_RUN + 1},}|\\s{${LONGEST_RUN + 1},}`, 'g');

const port = parentPort;
if (port === null) throw new Error('This module runs only as a worker thread');
port.on('message', async ({ id, encoding, texts }: CountJob) => {
  const { countTokens } =
    encoding === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  // In the text of a task the names of control tokens are text.
  const count = (text: string) => countTokens(text, { disallowedSpecial: new Set() });
  const tokens = texts.reduce((sum, text) => sum + countInParts(text, count), 0);
  port.postMessage({ id, tokens } satisfies CountAnswer);
});

function countInParts(text: string, count: (text: string) => number): number {
  let tokens = 0;
  let from = 0;
  for (const { 0: run, index } of text.matchAll(LONG_RUNS)) {
    tokens += count(text.slice(from, index));
    for (let at = 0; at < run.length; at += LONGEST_RUN) tokens += count(run.slice(at, at + LONGEST_RUN));
    from = index + run.length;
  }
  return tokens + count(text.slice(from));
}
