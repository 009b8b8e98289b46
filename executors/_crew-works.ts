/** What a crew is made of: members with a role and tasks for them, in the words of CrewAI; one work or several by name. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { isJsonObject, type JsonValue } from '../src/core/json.ts';

const MOST_CHARACTERS = 50_000;
const text = z.string().trim().min(1).max(MOST_CHARACTERS);

const memberSchema = z.looseObject({
  role: text,
  goal: text,
  backstory: z.string().max(MOST_CHARACTERS).nullish(),
  llm: z.string().nullish(),
  tools: z.array(z.string().min(1)).max(50).nullish(),
});
export type CrewMember = z.infer<typeof memberSchema>;

const taskSchema = z.looseObject({
  description: text,
  expected_output: z.string().max(MOST_CHARACTERS).nullish(),
  agent: z.string().min(1).nullish(),
  context: z.array(z.string().min(1)).nullish(),
});
export type CrewTask = z.infer<typeof taskSchema>;

const workSchema = z.looseObject({
  agents: z.record(z.string(), memberSchema),
  tasks: z.record(z.string(), taskSchema),
});
export type CrewWork = z.infer<typeof workSchema>;

/**
 * The works by name; a single one is called ''. Throws AppError `task_input_invalid` with all that is wrong.
 */
export function readWorks(given: JsonValue | undefined): ReadonlyMap<string, CrewWork> {
  if (!isJsonObject(given) || Object.keys(given).length === 0)
    throw invalid(['give {agents, tasks}, or several of them by name']);
  const isSingle = Object.hasOwn(given, 'agents') || Object.hasOwn(given, 'tasks');
  const works = new Map<string, CrewWork>();
  const problems: string[] = [];
  for (const [name, value] of isSingle ? [['', given] as const] : Object.entries(given)) {
    const place = name === '' ? '' : `${name}.`;
    const parsed = workSchema.safeParse(value);
    if (parsed.success) works.set(name, parsed.data);
    const found = parsed.success ? problemsOf(parsed.data) : issuesOf(parsed.error);
    problems.push(...found.map((problem) => `${place}${problem}`));
  }
  if (problems.length > 0) throw invalid(problems);
  return works;
}

function issuesOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`);
}

/** Who does what, and that a task needs only what was done before it. */
function problemsOf({ agents, tasks }: CrewWork): string[] {
  const members = Object.keys(agents);
  if (members.length === 0) return ['agents: there are none'];
  const names = Object.keys(tasks);
  if (names.length === 0) return ['tasks: there are none'];
  return Object.entries(tasks).flatMap(([name, { agent, context }], index) => {
    const isUnknown = agent != null && !Object.hasOwn(agents, agent);
    const late = (context ?? []).filter((other) => !names.slice(0, index).includes(other));
    return [
      ...(isUnknown ? [`tasks.${name}.agent: '${agent}' is not one of ${members.join(', ')}`] : []),
      ...late.map((other) => `tasks.${name}.context: '${other}' is no task before it`),
    ];
  });
}

function invalid(problems: readonly string[]): AppError {
  return new AppError(
    'task_input_invalid',
    `The works of the crew cannot be used:\n- ${problems.join('\n- ')}`,
  );
}
