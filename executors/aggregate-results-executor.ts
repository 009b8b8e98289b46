/** Gathers the results of a task's dependencies: the usual root of a tree. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { isJsonObject, type JsonValue } from '../src/core/json.ts';
import { isoMicros, naiveUtc } from '../src/core/time.ts';

/** Up to this many dependencies are named in the summary. */
const NAMED = 3;

export default defineExecutor({
  id: 'aggregate_results_executor',
  name: 'Aggregate Results Executor',
  description: 'Aggregates dependency task results into a single result',
  tags: ['aggregation', 'core', 'built-in'],
  type: 'core',
  examples: [
    'Aggregate system resource monitoring results',
    'Merge multiple task outputs',
    'Combine dependency results',
  ],
  input: z.looseObject({
    dependencies: z
      .array(z.string())
      .nullish()
      .default(null)
      .describe('List of dependency task IDs (optional, filled in from the task itself)'),
  }),
  output: z.object({
    summary: z.string(),
    timestamp: z.string(),
    results: z.record(z.string(), z.custom<JsonValue>()),
    result_count: z.number().int(),
  }),
  placement: 'inline',
  demoInput: {},
  demo: () => aggregate(new Map([['cpu', { system: 'Linux', cores: 4, brand: 'Cortex-A76' }]])),
  async run({ dependencies }) {
    return aggregate(dependencies);
  },
});

function aggregate(dependencies: ReadonlyMap<string, JsonValue>) {
  const ids = [...dependencies.keys()];
  const what = `${ids.length} task result${ids.length === 1 ? '' : 's'}.`;
  const summary =
    ids.length > 0 && ids.length <= NAMED
      ? `Aggregated ${what} from: ${ids.join(', ')}`
      : `Aggregated ${what}`;
  const results: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [id, result] of dependencies) results[id] = unwrapped(result);
  const timestamp = naiveUtc(isoMicros(performance.timeOrigin + performance.now()));
  return { summary, timestamp, results: { ...results }, result_count: ids.length };
}

/** A dependency that wraps its answer in `result` gives the answer itself, as it is injected elsewhere. */
function unwrapped(result: JsonValue): JsonValue {
  return isJsonObject(result) && result['result'] !== undefined ? result['result'] : result;
}
