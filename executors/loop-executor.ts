/** Calls one executor again and again until an expression holds; each call is a step that is not done twice. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, inputsOf, type StepCalls } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { evaluateExpression, isTrue, MAX_EXPRESSION_CHARS } from './_evaluate-expression.ts';
import { fillTemplate } from './_fill-template.ts';

const MAX_ITERATIONS = 1_000;
const MAX_DELAY_SECONDS = 3_600;
const EXPRESSION_MS = 1_000;

const input = z.looseObject({
  executor: z.string().min(1).describe('Id of the executor that is called each time'),
  inputs: z
    .record(z.string(), z.custom<JsonValue>())
    .default({})
    .meta(inputsOf('executor'))
    .describe('Inputs of each call. "{{index}}" (from 0), "{{last}}" and "{{last.name}}" are filled in'),
  params: z
    .record(z.string(), z.custom<JsonValue>())
    .optional()
    .meta(inputsOf('executor'))
    .describe('Params of each call'),
  until: z
    .string()
    .min(1)
    .max(MAX_EXPRESSION_CHARS)
    .optional()
    .describe('JSONata over {index, last, results}: it ends when this holds, e.g. last.status = "done"'),
  initial: z.custom<JsonValue>().optional().describe('What {{last}} is in the first call (default: null)'),
  max_iterations: z
    .number()
    .int()
    .min(1)
    .max(MAX_ITERATIONS)
    .default(10)
    .describe(`Most calls (default: 10, at most ${MAX_ITERATIONS})`),
  delay_seconds: z
    .number()
    .min(0)
    .max(MAX_DELAY_SECONDS)
    .default(0)
    .describe('Pause before each call but the first'),
  fail_at_limit: z
    .boolean()
    .default(false)
    .describe('Fail when max_iterations are over and "until" does not hold (default: false)'),
});
type LoopInput = z.infer<typeof input>;

export default defineExecutor({
  id: 'loop_executor',
  name: 'Loop Executor',
  description:
    'Calls another executor repeatedly, with what the last call gave, until an expression holds or a number of calls is reached',
  tags: ['core', 'loop', 'repeat', 'until', 'built-in'],
  type: 'core',
  examples: ['Ask a service until its job is done', 'Let a model improve a text until its score is good'],
  input,
  output: z.object({
    satisfied: z.boolean().describe('Whether "until" holds; without it, whether all calls were made'),
    iterations: z.number().int().describe('Calls made'),
    last: z.custom<JsonValue>().describe('What the last call gave'),
    results: z.array(z.custom<JsonValue>()).describe('What each call gave, in order'),
  }),
  placement: 'activity',
  hasSteps: true,
  timeoutMs: 86_400_000,
  maxAttempts: 3,
  demoInput: {
    executor: 'transform_executor',
    inputs: { expression: 'last.result + 1', last: '{{last}}' },
    initial: { result: 0 },
    until: 'last.result >= 3',
  },
  demoDelayMs: 50,
  demo: () => ({
    satisfied: true,
    iterations: 1,
    last: { result: 'Demo result' },
    results: [{ result: 'Demo result' }],
  }),
  async run(context) {
    const { executor, until, initial, max_iterations: most, fail_at_limit: mustHold } = context.input;
    const results: JsonValue[] = [];
    let last: JsonValue = initial ?? null;
    for (let index = 0; index < most; index++) {
      throwIfCancelled(context.signal);
      const given = last;
      last = await context.step(`${executor} ${index + 1}`, (step) =>
        callOnce(context, step, { index, last: given }),
      );
      results.push(last);
      context.emit((index + 1) / most);
      if (until === undefined) continue;
      const data = { index, last, results };
      const limits = { timeoutMs: EXPRESSION_MS, signal: context.signal };
      if (isTrue(await evaluateExpression({ expression: until, data }, limits)))
        return { satisfied: true, iterations: results.length, last, results };
    }
    if (until !== undefined && mustHold)
      throw new AppError('task_failed', `"until" does not hold after ${most} calls of ${executor}`);
    return { satisfied: until === undefined, iterations: results.length, last, results };
  },
});

async function callOnce(
  { input: given, signal }: ExecutorContext<LoopInput>,
  step: StepCalls,
  { index, last }: { readonly index: number; readonly last: JsonValue },
): Promise<JsonValue> {
  if (index > 0 && given.delay_seconds > 0)
    await setTimeout(given.delay_seconds * 1_000, undefined, { signal }).catch(() =>
      throwIfCancelled(signal),
    );
  const { value } = fillTemplate(given.inputs, { index, last });
  return step.runExecutor(given.executor, value as JsonObject, given.params);
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('task_cancelled', 'The loop was cancelled');
}
