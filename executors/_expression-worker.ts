/**
 * The thread that evaluates JSONata for transform_executor. It may be killed at any moment, so it keeps nothing; what
 * every object inherits is frozen, so that no expression leaves something behind for the next one.
 */
import { parentPort } from 'node:worker_threads';
import jsonata from 'jsonata';
import type { ThreadAnswer } from './_thread-pool.ts';

export interface ExpressionJob {
  readonly expression: string;
  readonly data: unknown;
  readonly bindings: Record<string, unknown>;
  /** Longest result as JSON text, in characters. */
  readonly maxResultChars: number;
}

for (const shared of [Object, Array, Function, String, Number, Boolean, RegExp, Promise, Date, Map, Set]) {
  Object.freeze(shared.prototype);
}

const port = parentPort;
if (port === null) throw new Error('This module runs only as a worker thread');
port.on('message', async (job: ExpressionJob) => port.postMessage(await evaluate(job)));
port.postMessage('ready');

/** The result is JSON text: plain data, without the markers that JSONata hangs on its lists. */
async function evaluate(job: ExpressionJob): Promise<ThreadAnswer<string>> {
  try {
    const value: unknown = await jsonata(job.expression).evaluate(job.data, job.bindings);
    const result = JSON.stringify(value) ?? 'null';
    if (result.length > job.maxResultChars) {
      return { error: `the result has ${result.length} characters; the limit is ${job.maxResultChars}` };
    }
    return { result };
  } catch (error) {
    return { error: describe(error) };
  }
}

/** JSONata throws plain objects with a message, a code and the place in the expression. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const place = 'position' in error && typeof error.position === 'number' ? ` at ${error.position}` : '';
  return `${String(error.message)}${code}${place}`;
}
