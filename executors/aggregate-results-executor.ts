/** Gathers what the dependencies gave into one result, keyed by task id. Parents of a tree use it most. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { isoMicros, naiveUtc } from '../src/core/time.ts';

/** More names than this would make the summary unreadable. */
const MAX_NAMES = 3;

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
      .nullable()
      .default(null)
      .describe('List of dependency task IDs (optional, auto-populated by TaskManager)'),
  }),
  output: z.object({
    summary: z.string().describe('What was gathered, in a sentence'),
    timestamp: z.string().describe('When, UTC without a zone'),
    results: z.record(z.string(), z.custom<JsonValue>()).describe('Results by task id'),
    result_count: z.number().int().describe('Number of results'),
  }),
  placement: 'inline',
  demoInput: {},
  demoDelayMs: 50,
  demo({ input }) {
    const given = withoutControls(input);
    return aggregated(
      Object.keys(given).length > 0
        ? given
        : {
            'demo-task-1': { status: 'completed', result: 'Demo result 1' },
            'demo-task-2': { status: 'completed', result: 'Demo result 2' },
          },
    );
  },
  async run({ dependencies, rawInput }) {
    const results = [...dependencies].map(([taskId, result]) => [taskId, unwrapped(result)] as const);
    // Without dependencies the inputs are the results: callers of the original pass them by hand.
    return aggregated(dependencies.size > 0 ? Object.fromEntries(results) : withoutControls(rawInput));
  },
});

function aggregated(results: JsonObject) {
  const names = Object.keys(results);
  const parts =
    names.length === 0
      ? ['No task results to aggregate']
      : [`Aggregated ${names.length} task result${names.length === 1 ? '' : 's'}`];
  if (names.length > 0 && names.length <= MAX_NAMES) parts.push(`from: ${names.join(', ')}`);
  return {
    summary: parts.join('. '),
    timestamp: naiveUtc(isoMicros(performance.timeOrigin + performance.now())),
    results,
    result_count: names.length,
  };
}

/** A dependency's `result` field, when it has one, is what dependants are given. */
function unwrapped(result: JsonValue): JsonValue {
  return isJsonObject(result) && Object.hasOwn(result, 'result') ? (result['result'] ?? null) : result;
}

/** Inputs that are results: not the `dependencies` list, not markers, not field mappings such as `a.b`. */
function withoutControls(input: JsonObject): JsonObject {
  const entries = Object.entries(input);
  return Object.fromEntries(
    entries.filter(([key]) => key !== 'dependencies' && !key.startsWith('_') && !key.includes('.')),
  );
}
