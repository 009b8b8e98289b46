/** The thread that takes web pages apart for scrape_executor: a hostile page may hold it, never the process. */
import { parentPort } from 'node:worker_threads';
import { type PageContent, readPage } from './_read-page.ts';
import type { ThreadAnswer } from './_thread-pool.ts';

const port = parentPort;
if (port === null) throw new Error('This module runs only as a worker thread');
port.on('message', (html: string) => port.postMessage(answerTo(html)));
port.postMessage('ready');

function answerTo(html: string): ThreadAnswer<PageContent> {
  try {
    return { result: readPage(html) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
