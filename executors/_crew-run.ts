/** Has a crew do its tasks one after the other: by the member each is for, or led by a manager who delegates. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import type { JsonObject } from '../src/core/json.ts';
import { type AgentWork, type ModelSettings, runAgent } from './_agent-loop.ts';
import { type AgentContext, type AgentTool, failure, toolsNamed } from './_agent-tools.ts';
import { type Given, managerMessages, memberMessages } from './_crew-prompts.ts';
import type { CrewTask, CrewWork } from './_crew-works.ts';

export interface CrewSettings {
  readonly process: 'sequential' | 'hierarchical';
  readonly settings: ModelSettings;
  /** The manager's own model. */
  readonly managerModel: string | undefined;
  /** Most answers of a member, and of the manager, for one task. */
  readonly maxSteps: number;
  readonly autonomousSteps: number | undefined;
}

export interface TaskOutput extends Given {
  /** Who answered for it. */
  readonly agent: string;
}

/** `prefix`: in front of the steps' names. */
export async function runCrew(
  context: AgentContext,
  work: CrewWork,
  crew: CrewSettings,
  prefix: string,
): Promise<TaskOutput[]> {
  // A tool that cannot be offered is said before anybody works.
  for (const { tools } of Object.values(work.agents)) toolsNamed(tools ?? [], context);
  const outputs: TaskOutput[] = [];
  const tasks = Object.entries(work.tasks);
  for (const [index, [name, task]] of tasks.entries()) {
    const given = givenTo(task, outputs);
    const label = `${prefix}${name}`;
    const doTask = crew.process === 'hierarchical' ? manage : doBySelf;
    outputs.push({ name, ...(await doTask({ context, work, crew, label }, task, given)) });
    context.emit((index + 1) / tasks.length, `${label}: done`);
  }
  return outputs;
}

interface Parts {
  readonly context: AgentContext;
  readonly work: CrewWork;
  readonly crew: CrewSettings;
  readonly label: string;
}

/** What a task names, else the output of the task before it. */
function givenTo({ context: named }: CrewTask, outputs: readonly TaskOutput[]): readonly Given[] {
  return named == null ? outputs.slice(-1) : outputs.filter(({ name }) => named.includes(name));
}

async function doBySelf(parts: Parts, task: CrewTask, given: readonly Given[]) {
  const agent = task.agent ?? Object.keys(parts.work.agents)[0] ?? '';
  return { agent, output: await askMember(parts, { agent, task, given, name: parts.label }) };
}

async function askMember(
  { context, work, crew }: Parts,
  asked: {
    readonly agent: string;
    readonly task: CrewTask;
    readonly given: readonly Given[];
    readonly name: string;
  },
): Promise<string> {
  const member = work.agents[asked.agent];
  if (member === undefined) throw new AppError('task_failed', `The crew has no ${asked.agent}`);
  return answerOf(context, crew, {
    name: asked.name,
    messages: memberMessages(member, asked.task, asked.given),
    tools: toolsNamed(member.tools ?? [], context),
    settings: withModel(crew.settings, member.llm ?? undefined),
  });
}

async function manage(parts: Parts, task: CrewTask, given: readonly Given[]) {
  const { context, work, crew, label } = parts;
  const output = await answerOf(context, crew, {
    name: `${label}: manager`,
    messages: managerMessages(work, task, given),
    tools: [delegation(parts)],
    settings: withModel(crew.settings, crew.managerModel),
  });
  return { agent: 'manager', output };
}

/** The manager's way to have a member do something. What the member does are steps of its own. */
function delegation(parts: Parts): AgentTool {
  const members = Object.keys(parts.work.agents) as [string, ...string[]];
  const schema = z.object({
    coworker: z.enum(members).describe('Who shall do it'),
    task: z.string().min(1).describe('What to do; the coworker knows nothing else'),
    context: z.string().nullish().describe('What is known already and needed for it'),
  });
  const { $schema: _dialect, ...parameters } = z.toJSONSchema(schema, { io: 'input' });
  return {
    definition: {
      name: 'delegate_work',
      description: 'Have a coworker do a part of the work, and get what it gives',
      parameters: parameters as JsonObject,
    },
    async call(_context, arguments_) {
      const parsed = schema.safeParse(arguments_);
      if (!parsed.success) return failure(z.prettifyError(parsed.error));
      const { coworker, task: description, context: known } = parsed.data;
      const given = known == null || known === '' ? [] : [{ name: 'context', output: known }];
      const name = `${parts.label}: ${coworker}`;
      return {
        content: await askMember(parts, { agent: coworker, task: { description }, given, name }),
        isOk: true,
      };
    },
  };
}

async function answerOf(
  context: AgentContext,
  { maxSteps, autonomousSteps }: CrewSettings,
  work: Pick<AgentWork, 'name' | 'messages' | 'tools' | 'settings'>,
): Promise<string> {
  const autonomous = autonomousSteps === undefined ? {} : { autonomousSteps };
  const { answer, stopped } = await runAgent(context, { ...work, maxSteps, ...autonomous });
  if (stopped === 'done') return answer;
  const why = stopped === 'max_steps' ? `has no answer after ${maxSteps} steps` : 'was not allowed to go on';
  throw new AppError('task_failed', `${work.name} ${why}`);
}

/** A member's own model brings its own provider. */
function withModel(settings: ModelSettings, model: string | undefined): ModelSettings {
  return model === undefined || model === '' ? settings : { ...settings, model, provider: undefined };
}
