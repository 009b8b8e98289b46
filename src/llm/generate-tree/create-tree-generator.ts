/**
 * Plans a tree with a model: asks, checks as `tasks.create` would, names the problems and asks again, at most twice.
 * Without a key it plans by rules and says so.
 */
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Budget, type PlannedCall, reserveCall } from '../../core/llm/budget.ts';
import type { ChatAnswer, ChatMessage, LlmClient } from '../../core/llm/chat.ts';
import { providerOfModel } from '../../core/llm/provider-catalog.ts';
import { parseJson } from '../../core/llm/structured-answer.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { LlmGateway } from '../../ports/llm.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { GeneratedTree, GenerateRequest, TreeGenerator } from '../../ports/tree-generator.ts';
import { checkPlan } from './check-plan.ts';
import { planByRules } from './plan-by-rules.ts';
import { planJsonSchema, planSchema } from './plan-schema.ts';
import { planningMessages, repairMessages } from './prompt.ts';

const MOST_REPAIRS = 2;
const TIMEOUT_MS = 120_000;
const SHOWN_PROBLEMS = 20;

interface Parts {
  readonly registry: ExecutorRegistry;
  readonly llm: LlmGateway;
  /** What the user may still spend on the server's key; absent = there is no limit. */
  readonly budgetOfUser?: (userId: string) => Promise<Budget | null>;
}

export function createTreeGenerator(parts: Parts): TreeGenerator {
  return {
    async generate(request) {
      const reason = request.demoReason ?? (hasModel(parts, request) ? null : 'no_llm_key');
      return reason === null ? byModel(parts, request) : byRules(parts, request, reason);
    },
  };
}

/** A key that came with the request is used, and fails as it fails: it never turns into a demo. */
function hasModel({ llm }: Parts, request: GenerateRequest): boolean {
  if (request.header !== null) return true;
  const ofModel = request.model === null ? null : providerOfModel(request.model).provider;
  return llm.isUsable(request, request.provider ?? ofModel);
}

function byRules({ registry }: Parts, request: GenerateRequest, reason: string): GeneratedTree {
  const { tasks, problems } = checkPlan(planByRules(request.requirement, registry), registry, request);
  if (problems.length > 0) throw failed(problems, 0);
  return { tasks, demo: { active: true, reason }, model: null, repairs: 0, usage: null };
}

async function byModel(parts: Parts, request: GenerateRequest): Promise<GeneratedTree> {
  const { registry, llm } = parts;
  const spending = new Spending();
  const client = llm.clientFor({
    ...request,
    useDemo: false,
    onAnswer: (answer) => spending.add(answer),
    reserve: (call) => reserve(parts, request, call),
  });
  const messages = planningMessages(registry, request);
  for (let repairs = 0; ; repairs++) {
    const { text, model, isDemo } = await ask(client, messages, request);
    const { tasks, problems } = readPlan(text, registry, request);
    if (problems.length === 0) {
      const demo = isDemo ? { active: true, reason: 'requested' } : null;
      return { tasks, demo, model, repairs, usage: spending.total };
    }
    if (repairs === MOST_REPAIRS) throw failed(problems, repairs);
    messages.push(...repairMessages(text, problems));
  }
}

async function reserve({ budgetOfUser }: Parts, request: GenerateRequest, call: PlannedCall) {
  const budget = request.mayUseServerKey ? await budgetOfUser?.(request.userId) : null;
  return reserveCall(budget == null ? [] : [budget], call, Date.now());
}

/** The schema is the provider's business here; what it lets through is checked by `readPlan`, whose words help a repair. */
async function ask(client: LlmClient, messages: readonly ChatMessage[], request: GenerateRequest) {
  try {
    return await client.chat({
      messages,
      provider: request.provider ?? undefined,
      model: request.model ?? undefined,
      temperature: request.temperature,
      maxTokens: request.maxTokens,
      timeoutMs: TIMEOUT_MS,
      format: { type: 'schema', name: 'task_tree', schema: planJsonSchema(), isUnchecked: true },
    });
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

interface ReadPlan {
  readonly tasks: readonly TaskRecord[];
  readonly problems: readonly string[];
}

function readPlan(text: string, registry: ExecutorRegistry, request: GenerateRequest): ReadPlan {
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

function failed(problems: readonly string[], repairs: number): AppError {
  const after = repairs === 0 ? '' : ` after ${repairs} repairs`;
  const listed = problems.slice(0, SHOWN_PROBLEMS).join('\n- ');
  return new AppError('task_failed', `Task generation failed: the plan cannot be used${after}:\n- ${listed}`);
}

class Spending {
  #input = 0;
  #output = 0;
  #isKnown = false;

  add({ usage, isDemo }: ChatAnswer): void {
    if (usage === null || isDemo) return;
    this.#isKnown = true;
    this.#input += usage.inputTokens;
    this.#output += usage.outputTokens;
  }

  get total(): JsonObject | null {
    if (!this.#isKnown) return null;
    const [prompt_tokens, completion_tokens] = [this.#input, this.#output];
    return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  }
}
