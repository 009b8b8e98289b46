/**
 * Plans a tree with a model: asks, checks as `tasks.create` would, names the problems and asks again, at most twice. A
 * plan that stays broken is an error.
 */
import { AppError } from '../../core/errors.ts';
import type { ChatAnswer, ChatMessage, ChatRequest, LlmClient } from '../../core/llm/chat.ts';
import { parseJson } from '../../core/llm/structured-answer.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { PlanRequest, SketchedTask } from '../../ports/tree-generator.ts';
import { checkPlan } from './check-plan.ts';
import { PlanReader } from './plan-reader.ts';
import { type Plan, planJsonSchema, planSchema } from './plan-schema.ts';
import { planningMessages, repairMessages } from './prompt.ts';

const MOST_REPAIRS = 2;
const TIMEOUT_MS = 120_000;
const SHOWN_PROBLEMS = 20;

export interface PlannedByModel {
  readonly tasks: readonly TaskRecord[];
  readonly model: string;
  readonly repairs: number;
  readonly isDemo: boolean;
}

/** Throws as the client does, and `task_failed` for a plan that stays broken. */
export async function planByModel(
  registry: ExecutorRegistry,
  client: LlmClient,
  request: PlanRequest,
): Promise<PlannedByModel> {
  const messages = planningMessages(registry, request);
  for (let repairs = 0; ; repairs++) {
    const { text, model, isDemo } = await ask(client, messages, request, repairs);
    const { tasks, problems } = readPlan(text, registry, request);
    if (problems.length === 0) return { tasks, model, repairs, isDemo };
    if (repairs === MOST_REPAIRS) throw brokenPlan(problems, repairs);
    request.onEvent?.({ type: 'repair', attempt: repairs, problems: problems.slice(0, SHOWN_PROBLEMS) });
    messages.push(...repairMessages(text, problems));
  }
}

/** The schema is the provider's business here; what it lets through is checked by `readPlan`, whose words help a repair. */
async function ask(
  client: LlmClient,
  messages: readonly ChatMessage[],
  request: PlanRequest,
  attempt: number,
): Promise<ChatAnswer> {
  const question: ChatRequest = {
    messages,
    provider: request.provider ?? undefined,
    model: request.model ?? undefined,
    temperature: request.temperature,
    maxTokens: request.maxTokens,
    timeoutMs: TIMEOUT_MS,
    format: { type: 'schema', name: 'task_tree', schema: planJsonSchema(), isUnchecked: true },
  };
  try {
    if (request.onEvent === undefined) return await client.chat(question);
    return await watch(client, question, request.onEvent, attempt);
  } catch (error) {
    if (!AppError.is(error) || error.code === 'task_cancelled') throw error;
    const { code, retryable, retryAfterSeconds, message } = error;
    throw new AppError(code, `Task generation failed: ${message}`, {
      retryable,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      cause: error,
    });
  }
}

/** Tells of each task when it is complete; what the answer is worth shows at its end, as without a watcher. */
async function watch(
  client: LlmClient,
  question: ChatRequest,
  onEvent: NonNullable<PlanRequest['onEvent']>,
  attempt: number,
): Promise<ChatAnswer> {
  const reader = new PlanReader();
  let hasStarted = false;
  for await (const event of client.stream(question)) {
    // A model that refuses has not started: the caller can still answer with a plain error.
    if (!hasStarted) onEvent({ type: 'start', attempt });
    hasStarted = true;
    if (event.type === 'final') return event.answer;
    for (const task of reader.read(event.text)) onEvent({ type: 'task', attempt, task: sketch(task) });
  }
  throw new AppError('task_transient', "The model's answer ended without an end");
}

export function sketch({ name, executor, parent, depends_on }: Plan['tasks'][number]): SketchedTask {
  return { name, executor, parent: parent || null, depends_on: depends_on ?? [] };
}

interface ReadPlan {
  readonly tasks: readonly TaskRecord[];
  readonly problems: readonly string[];
}

function readPlan(text: string, registry: ExecutorRegistry, request: PlanRequest): ReadPlan {
  const json = parseJson(text);
  if (json === undefined) return { tasks: [], problems: ['It is not complete, valid JSON'] };
  // Models like to answer with the bare list.
  const parsed = planSchema.safeParse(Array.isArray(json) ? { tasks: json } : json);
  if (parsed.success) return checkPlan(parsed.data, registry, request);
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || '(root)'}: ${message}`,
  );
  return { tasks: [], problems: problems.slice(0, SHOWN_PROBLEMS) };
}

export function brokenPlan(problems: readonly string[], repairs: number): AppError {
  const after = repairs === 0 ? '' : ` after ${repairs} repairs`;
  const listed = problems.slice(0, SHOWN_PROBLEMS).join('\n- ');
  return new AppError('task_failed', `Task generation failed: the plan cannot be used${after}:\n- ${listed}`);
}
