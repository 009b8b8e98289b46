/** Plans a tree of tasks from words, with a model: the result holds the tasks, ready for `tasks.create`. Nothing runs. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';

const MOST_CHARACTERS = 50_000;

export default defineExecutor({
  id: 'generate_executor',
  name: 'Generate Executor',
  description: 'Generate a task tree from a requirement in words, using a model; nothing of it runs',
  tags: ['core', 'generation', 'llm', 'planning', 'built-in'],
  type: 'core',
  examples: ['Generate a task tree from natural language', 'Plan the steps of a weekly report'],
  input: z.looseObject({
    requirement: z
      .string()
      .trim()
      .min(1)
      .max(MOST_CHARACTERS)
      .describe('Natural language requirement describing the task tree to generate'),
    context: z.custom<JsonValue>().optional().describe('Facts the plan may use: any JSON'),
    user_id: z
      .string()
      .nullish()
      .describe('Kept for older clients: the tasks are those of the task that asks'),
    generation_mode: z.string().nullish().describe('Kept for older clients: there is one way'),
    llm_provider: z
      .string()
      .nullish()
      .describe('openai, anthropic, … (default: whichever there is a key for)'),
    model: z.string().nullish().describe("Model name (default: the provider's)"),
    temperature: z.number().min(0).max(2).nullish().describe('Default 0.7'),
    max_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullish()
      .describe('Most tokens of the plan (default: 4000)'),
  }),
  output: z.object({
    tasks: z
      .array(z.record(z.string(), z.custom<JsonValue>()))
      .describe('As tasks.create takes them, root first'),
    count: z.number().int().describe('Number of tasks'),
    model: z.string().nullable().describe('Who planned'),
    repairs: z.number().int().describe('Times the model had to correct its plan'),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: 600_000,
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: { requirement: 'Check CPU and memory, then summarize both' },
  demoDelayMs: 300,
  demo: () => ({ tasks: demoTasks(), count: 3, model: null, repairs: 0 }),
  async run({ input, generateTree }) {
    const { tasks, model, repairs } = await generateTree({
      requirement: input.requirement,
      context: input.context ?? null,
      provider: input.llm_provider ?? null,
      model: input.model ?? null,
      temperature: input.temperature ?? 0.7,
      maxTokens: input.max_tokens ?? 4_000,
    });
    return { tasks: [...tasks], count: tasks.length, model, repairs };
  },
});

function demoTasks(): JsonObject[] {
  const root = 'demo-report';
  const child = (resource: string): JsonObject => ({
    id: `${root}-${resource}`,
    name: `Check ${resource}`,
    parent_id: root,
    schemas: { method: 'system_info_executor' },
    inputs: { resource },
  });
  const children = [child('cpu'), child('memory')];
  const dependencies = children.map(({ id }) => ({ id: String(id), required: true }));
  return [
    { id: root, name: 'Report', schemas: { method: 'aggregate_results_executor' }, dependencies },
    ...children,
  ];
}
