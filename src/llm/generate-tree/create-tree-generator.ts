/** Makes a tree from a sentence: planned by a model; without a key by rules, and then it says so. */
import type { JsonObject } from '../../core/json.ts';
import type { Budget } from '../../core/llm/budget.ts';
import type { ChatAnswer } from '../../core/llm/chat.ts';
import { providerOfModel } from '../../core/llm/provider-catalog.ts';
import { reserveCounted, type UncountedCall } from '../../core/llm/reserve-counted.ts';
import type { LlmGateway } from '../../ports/llm.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { GeneratedTree, GenerateRequest, TreeGenerator } from '../../ports/tree-generator.ts';
import { checkPlan } from './check-plan.ts';
import { brokenPlan, planByModel, sketch } from './plan-by-model.ts';
import { planByRules } from './plan-by-rules.ts';

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
  const plan = planByRules(request.requirement, registry);
  const { tasks, problems } = checkPlan(plan, registry, request);
  if (problems.length > 0) throw brokenPlan(problems, 0);
  request.onEvent?.({ type: 'start', attempt: 0 });
  for (const task of plan.tasks) request.onEvent?.({ type: 'task', attempt: 0, task: sketch(task) });
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
  const { tasks, model, repairs, isDemo } = await planByModel(registry, client, request);
  const demo = isDemo ? { active: true, reason: 'requested' } : null;
  return { tasks, demo, model, repairs, usage: spending.total };
}

async function reserve({ budgetOfUser }: Parts, request: GenerateRequest, call: UncountedCall) {
  const budget = request.mayUseServerKey ? await budgetOfUser?.(request.userId) : null;
  return reserveCounted(budget == null ? [] : [budget], call, Date.now());
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
