/** Reshapes data with a JSONata expression, in a thread of its own that is killed when it takes too long. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { evaluateExpression, MAX_EXPRESSION_CHARS } from './_evaluate-expression.ts';

const OWN_INPUTS = new Set(['expression', 'data', 'timeout_ms']);

export default defineExecutor({
  id: 'transform_executor',
  name: 'Transform Executor',
  description:
    'Reshapes, filters and computes data with a JSONata expression over inputs and dependency results',
  tags: ['core', 'transform', 'jsonata', 'built-in'],
  type: 'core',
  examples: [
    'Sum the prices of an order: $sum(items.(price * quantity))',
    'Keep the names of active users: users[active].name',
    'Join two dependency results into one object',
  ],
  input: z.looseObject({
    expression: z
      .string()
      .min(1)
      .max(MAX_EXPRESSION_CHARS)
      .describe('A JSONata expression, e.g. $sum(items.price)'),
    data: z
      .custom<JsonValue>()
      .optional()
      .describe(
        'What the expression sees as $. Left out: all other inputs, with dependency results by task id',
      ),
    timeout_ms: z
      .number()
      .int()
      .min(1)
      .max(5_000)
      .default(1_000)
      .describe('Longest evaluation in milliseconds (default: 1000)'),
  }),
  output: z.object({ result: z.custom<JsonValue>().describe('What the expression gave; null for nothing') }),
  placement: 'inline',
  batchable: true,
  demoInput: {
    expression: '$sum(items.(price * quantity))',
    data: {
      items: [
        { price: 12.5, quantity: 2 },
        { price: 3, quantity: 5 },
      ],
    },
  },
  demo: () => ({ result: 40 }),
  async run({ input, rawInput, dependencies, signal }) {
    const others = Object.entries(rawInput).filter(([name]) => !OWN_INPUTS.has(name));
    const inputs: JsonObject = Object.fromEntries(others);
    const result = await evaluateExpression(
      {
        expression: input.expression,
        data: input.data === undefined ? inputs : input.data,
        bindings: { inputs, dependencies: Object.fromEntries(dependencies) },
      },
      { timeoutMs: input.timeout_ms, signal },
    );
    return { result };
  },
});
