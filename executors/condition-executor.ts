/** Decides by an expression or a comparison, and skips or fails what follows where it is told to. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { compare, OPERATORS } from './_compare.ts';
import { evaluateExpression, isTrue, MAX_EXPRESSION_CHARS } from './_evaluate-expression.ts';
import { fillTemplate } from './_fill-template.ts';

const consequence = z.enum(['continue', 'skip', 'fail']);
const json = z.custom<JsonValue>();

const input = z
  .looseObject({
    expression: z
      .string()
      .min(1)
      .max(MAX_EXPRESSION_CHARS)
      .optional()
      .describe('A JSONata expression, e.g. score > 0.8. Give this, or an operator'),
    operator: z.enum(OPERATORS).optional().describe('How value and other are compared'),
    value: json
      .optional()
      .describe(
        'What is compared. "{{task-id.score}}" is filled in from the other inputs and dependency results',
      ),
    other: json.optional().describe('What it is compared with; filled in the same way'),
    data: json
      .optional()
      .describe(
        'What the expression sees as $. Left out: all other inputs, with dependency results by task id',
      ),
    if_true: consequence
      .default('continue')
      .describe('continue: the task completes; skip: it is skipped, and so are tasks that require it; fail'),
    if_false: consequence.default('continue').describe('The same, when the condition does not hold'),
    timeout_ms: z
      .number()
      .int()
      .min(1)
      .max(5_000)
      .default(1_000)
      .describe('Longest evaluation (default: 1000)'),
  })
  .refine(({ expression, operator }) => (expression === undefined) !== (operator === undefined), {
    message: 'Give either "expression" or "operator"',
  });
type ConditionInput = z.infer<typeof input>;

const OWN_INPUTS = new Set(Object.keys(input.shape));

export default defineExecutor({
  id: 'condition_executor',
  name: 'Condition Executor',
  description:
    'Decides by a JSONata expression or a comparison over inputs and dependency results. Branches of a tree depend on it: if_true and if_false skip the one that is not taken',
  tags: ['core', 'condition', 'branch', 'if', 'built-in'],
  type: 'core',
  examples: ['Go on only when the score is above 0.8', 'Skip the mail when the list is empty'],
  input,
  output: z.object({
    matched: z.boolean().describe('Whether the condition holds'),
    branch: z.enum(['true', 'false']).describe('The same as a text'),
    value: json.describe('What the expression gave, or what was compared'),
  }),
  placement: 'inline',
  batchable: true,
  demoInput: { expression: 'score > 0.8', data: { score: 0.9 } },
  demo: () => ({ matched: true, branch: 'true' as const, value: true }),
  async run(context) {
    const value = await decidingValue(context);
    const { operator, other, if_true: ifTrue, if_false: ifFalse } = context.input;
    const filled = fill(other ?? null, context);
    const matched = operator === undefined ? isTrue(value) : compare(operator, value, filled);
    const result = { matched, branch: matched ? ('true' as const) : ('false' as const), value };
    const then = matched ? ifTrue : ifFalse;
    const reason = matched ? 'the condition holds' : 'the condition does not hold';
    if (then === 'skip') context.skip(reason, result);
    if (then === 'fail') throw new AppError('task_failed', `Failed as told: ${reason}`);
    return result;
  },
});

async function decidingValue(context: ExecutorContext<ConditionInput>): Promise<JsonValue> {
  const { expression, data, value, timeout_ms: timeoutMs } = context.input;
  if (expression === undefined) return fill(value ?? null, context);
  const inputs = othersOf(context);
  const bindings = { inputs, dependencies: Object.fromEntries(context.dependencies) };
  return evaluateExpression(
    { expression, data: data ?? inputs, bindings },
    { timeoutMs, signal: context.signal },
  );
}

function fill(template: JsonValue, context: ExecutorContext<ConditionInput>): JsonValue {
  return fillTemplate(template, { ...Object.fromEntries(context.dependencies), ...othersOf(context) }).value;
}

function othersOf({ rawInput }: ExecutorContext<ConditionInput>): JsonObject {
  return Object.fromEntries(Object.entries(rawInput).filter(([name]) => !OWN_INPUTS.has(name)));
}
