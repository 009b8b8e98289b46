/** JSONata expressions for several executors, on threads that are shared and killed when one takes too long. */
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import type { ExpressionJob } from './_expression-worker.ts';
import { ThreadPool } from './_thread-pool.ts';

export const MAX_EXPRESSION_CHARS = 20_000;
const MAX_RESULT_CHARS = 8 * 1024 * 1024;

const threads = new ThreadPool<ExpressionJob, string>({
  module: '_expression-worker',
  subject: 'expression',
});

export interface Expression {
  readonly expression: string;
  /** What it sees as `$`. */
  readonly data: JsonValue;
  /** What it sees by name: `$inputs` … */
  readonly bindings?: JsonObject;
}

/** null when it gives nothing. Throws AppError `task_failed` (wrong, too slow, too large) or `task_cancelled`. */
export async function evaluateExpression(
  { expression, data, bindings = {} }: Expression,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<JsonValue> {
  const job = { expression, data, bindings, maxResultChars: MAX_RESULT_CHARS };
  return JSON.parse(await threads.run(job, options)) as JsonValue;
}

/** As JSONata's `$boolean` has it: nothing, 0, empty texts, lists and objects are false, and so is a list of such. */
export function isTrue(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
