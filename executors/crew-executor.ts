/** A crew of models with roles that does tasks one after the other, or led by a manager; each task is a step. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { filled } from './_crew-prompts.ts';
import { type CrewSettings, runCrew } from './_crew-run.ts';
import { type CrewWork, readWorks } from './_crew-works.ts';

const MAX_STEPS = 50;

const input = z.looseObject({
  works: z
    .custom<JsonValue>()
    .optional()
    .describe(
      'A crew: {"agents": {name: {role, goal, backstory?, llm?, tools?}}, "tasks": {name: {description, expected_output?, agent?, context?}}}, or several of them by name. May stand in the params. {name} in its texts is filled in from the other inputs',
    ),
  process: z
    .enum(['sequential', 'hierarchical'])
    .nullish()
    .describe('sequential: each task by its agent; hierarchical: a manager delegates (default: sequential)'),
  model: z.string().nullish().describe("Model of agents that name none as llm (default: the server's)"),
  provider: z.string().nullish().describe('openai, anthropic, … (default: whichever there is a key for)'),
  manager_model: z.string().nullish().describe('Model of the manager (default: the same)'),
  temperature: z.number().min(0).max(2).nullish().describe('0 = the same each time … 2 = wild'),
  max_tokens: z.number().int().min(1).nullish().describe('Most tokens of each answer'),
  max_steps: z
    .number()
    .int()
    .min(1)
    .max(MAX_STEPS)
    .default(10)
    .describe('Most answers of an agent, or the manager, for one task (default: 10)'),
  autonomous_steps: z
    .number()
    .int()
    .min(1)
    .max(MAX_STEPS)
    .nullish()
    .describe('After so many steps with tools in one task it waits for a person (default: never)'),
});
type CrewInput = z.infer<typeof input>;

const OWN_INPUTS = new Set(Object.keys(input.shape));
/** What the original kept in the task's params; inputs win. */
const fromParams = input.pick({
  works: true,
  process: true,
  model: true,
  provider: true,
  manager_model: true,
});

const demoWork = {
  agents: {
    researcher: { role: 'Researcher', goal: 'Find what matters about {topic}' },
    writer: { role: 'Writer', goal: 'Write so that everybody understands' },
  },
  tasks: {
    research: {
      description: 'Collect three facts about {topic}',
      expected_output: 'A list',
      agent: 'researcher',
    },
    article: {
      description: 'Write a paragraph about {topic}',
      expected_output: 'A paragraph',
      agent: 'writer',
    },
  },
};

export default defineExecutor({
  id: 'crew_executor',
  aliases: ['crewai_executor', 'batch_crewai_executor'],
  name: 'CrewAI Executor',
  description:
    'LLM-based agent crew: agents with roles work on tasks one after the other, or led by a manager',
  tags: ['llm', 'ai', 'agent', 'crew', 'crewai'],
  type: 'crewai',
  examples: ['Research a topic and write an article about it', 'Have an analyst and a critic review a plan'],
  input,
  output: z.object({
    status: z.literal('success').describe('Kept for older clients: a crew that fails fails its task'),
    result: z.custom<JsonValue>().describe('What the last task gave; of several works, by name'),
    tasks: z
      .array(
        z.object({
          work: z.string().optional().describe('Of several'),
          name: z.string(),
          agent: z.string().describe('Who answered for it'),
          output: z.string(),
        }),
      )
      .describe('What each task gave, in order'),
    process: z.enum(['sequential', 'hierarchical']),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  hasSteps: true,
  timeoutMs: 6 * 3_600_000,
  maxAttempts: 8,
  backoffMs: 1_000,
  demoInput: { topic: 'durable workflows', works: demoWork },
  demoDelayMs: 300,
  demo: () => ({
    status: 'success' as const,
    result: 'A durable workflow goes on where it was, whatever happens to the machine it ran on.',
    tasks: [
      { name: 'research', agent: 'researcher', output: '1. They survive crashes …' },
      { name: 'article', agent: 'writer', output: 'A durable workflow goes on where it was …' },
    ],
    process: 'sequential' as const,
  }),
  async run(context) {
    if (context.signal.aborted) throw new AppError('task_cancelled', 'The crew was cancelled');
    const given = withParams(context.input, context.params);
    const inputs = Object.entries(context.rawInput).filter(([name]) => !OWN_INPUTS.has(name));
    const works = readWorks(filled(given.works ?? null, Object.fromEntries(inputs)));
    const crew = settingsOf(given);
    const tasks: { work?: string; name: string; agent: string; output: string }[] = [];
    const results: JsonObject = {};
    for (const [name, work] of works) {
      const outputs = await runCrew(context, work, crew, name === '' ? '' : `${name}: `);
      results[name] = outputs.at(-1)?.output ?? null;
      tasks.push(...outputs.map((output) => (name === '' ? output : { work: name, ...output })));
    }
    const result = isSingle(works) ? (results[''] ?? null) : results;
    return { status: 'success' as const, result, tasks, process: crew.process };
  },
});

function isSingle(works: ReadonlyMap<string, CrewWork>): boolean {
  return works.has('') && works.size === 1;
}

function withParams(given: CrewInput, params: JsonObject): CrewInput {
  const parsed = fromParams.safeParse(params);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('task_input_invalid', `params.${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { works, process, model, provider, manager_model } = parsed.data;
  return {
    ...given,
    works: given.works ?? works,
    process: given.process ?? process,
    model: given.model ?? model,
    provider: given.provider ?? provider,
    manager_model: given.manager_model ?? manager_model,
  };
}

function settingsOf(given: CrewInput): CrewSettings {
  return {
    process: given.process ?? 'sequential',
    settings: {
      model: given.model ?? undefined,
      provider: given.provider ?? undefined,
      temperature: given.temperature ?? undefined,
      maxTokens: given.max_tokens ?? undefined,
    },
    managerModel: given.manager_model ?? undefined,
    maxSteps: given.max_steps,
    autonomousSteps: given.autonomous_steps ?? undefined,
  };
}
