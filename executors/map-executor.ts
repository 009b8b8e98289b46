/** Runs one task shape for every entry of a list, through any other executor, several at a time and in order. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, inputsOf } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { fillTemplate } from './_fill-template.ts';

const MAX_ITEMS = 10_000;
/** Twenty reports a map: a list of thousands must not flood the stream of its run. */
const PROGRESS_STEP = 0.05;
const MAP_ID = 'map_executor';

const input = z.looseObject({
  items: z
    .array(z.custom<JsonValue>().meta(inputsOf('executor', 'item_key')))
    .max(MAX_ITEMS)
    .describe(`The list, up to ${MAX_ITEMS} entries`),
  executor: z.string().min(1).describe('Id of the executor that is called for each entry'),
  inputs: z
    .record(z.string(), z.custom<JsonValue>())
    .default({})
    .meta(inputsOf('executor'))
    .describe('Inputs of each call. "{{item}}", "{{item.name}}" and "{{index}}" are filled in'),
  item_key: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Input that holds the entry. Left out: an object is merged into the inputs unless these have placeholders',
    ),
  params: z
    .record(z.string(), z.custom<JsonValue>())
    .optional()
    .meta(inputsOf('executor'))
    .describe('Params of each call'),
  concurrency: z.number().int().min(1).max(50).default(5).describe('Calls at the same time (default: 5)'),
  fail_fast: z
    .boolean()
    .default(false)
    .describe('Stop and fail at the first entry that fails. False: failures are listed under "errors"'),
});
type MapInput = z.infer<typeof input>;

interface Failure {
  readonly index: number;
  readonly error: string;
}

/**
 * Batchable, so that hundreds of small maps share activities. The calls run inside this task: executors that wait
 * (timers, approvals) refuse to be called, a map within a map is refused here, and everything shares this task's time
 * limit. Only quick, idempotent calls fit: an attempt that breaks off runs the whole list again, and a long list of slow
 * calls belongs in tasks of their own.
 */
export default defineExecutor({
  id: MAP_ID,
  name: 'Map Executor',
  description:
    'Calls one executor for every entry of a list and gathers the results in order. For quick calls that may be repeated: slow work belongs in tasks of its own',
  tags: ['core', 'map', 'list', 'built-in'],
  type: 'core',
  examples: ['Fetch every URL of a list', 'Transform each row of a table', 'Scrape several pages at once'],
  input,
  output: z.object({
    results: z
      .array(z.custom<JsonValue>())
      .describe('One result an entry, in order; null where the call failed'),
    errors: z
      .array(z.object({ index: z.number().int(), error: z.string() }))
      .describe('Entries that failed, in order'),
    count: z.number().int().describe('Number of entries'),
  }),
  placement: 'activity',
  batchable: true,
  timeoutMs: 300_000,
  maxAttempts: 1,
  demoInput: {
    items: [
      { price: 12, quantity: 2 },
      { price: 3, quantity: 5 },
    ],
    executor: 'transform_executor',
    inputs: { expression: 'price * quantity' },
    item_key: 'data',
  },
  demoDelayMs: 50,
  demo({ input: given }) {
    const items = Array.isArray(given['items']) ? given['items'] : [];
    return { results: items.map(() => 'Demo result'), errors: [], count: items.length };
  },
  async run(context) {
    const { items, executor, fail_fast: failFast } = context.input;
    if (executor === MAP_ID) throw new AppError('task_failed', 'A map cannot call a map. Nest tasks instead');
    const results: JsonValue[] = items.map(() => null);
    const errors: Failure[] = [];
    let next = 0;
    let done = 0;
    let reported = 0;
    const work = async () => {
      while (next < items.length && !(failFast && errors.length > 0)) {
        throwIfCancelled(context.signal);
        // Calls begin in the order of the list, which keeps their idempotency keys the same on a retry.
        const index = next++;
        const failure = await callOne(context, index, results);
        throwIfCancelled(context.signal);
        if (failure !== null) errors.push(failure);
        const progress = ++done / items.length;
        if (progress - reported < PROGRESS_STEP && done < items.length) continue;
        reported = progress;
        context.emit(progress);
      }
    };
    await Promise.all(Array.from({ length: Math.min(context.input.concurrency, items.length) }, work));
    errors.sort((left, right) => left.index - right.index);
    const [first] = errors;
    if (failFast && first !== undefined) {
      throw new AppError('task_failed', `Entry ${first.index} failed: ${first.error}`, {
        details: { index: first.index },
      });
    }
    return { results, errors, count: items.length };
  },
});

async function callOne(
  context: ExecutorContext<MapInput>,
  index: number,
  results: JsonValue[],
): Promise<Failure | null> {
  const { executor, params } = context.input;
  try {
    results[index] = await context.runExecutor(executor, inputsOfCall(context.input, index), params);
    return null;
  } catch (error) {
    return { index, error: error instanceof Error ? error.message : String(error) };
  }
}

function inputsOfCall(given: MapInput, index: number): JsonObject {
  const item = given.items[index] ?? null;
  const { value, hasPlaceholder } = fillTemplate(given.inputs, { item, index });
  const inputs = value as JsonObject;
  if (given.item_key !== undefined) return { ...inputs, [given.item_key]: item };
  if (hasPlaceholder) return inputs;
  return isJsonObject(item) ? { ...inputs, ...item } : { ...inputs, item };
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('task_cancelled', 'The map was cancelled');
}
