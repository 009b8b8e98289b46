/** `tasks.generate`: a tree of tasks from a sentence, planned by a model; without a key by rules, and marked as demo. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { uuidV4, uuidV7 } from '../../core/ids.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { type LlmKey, parseLlmKey } from '../../core/llm/llm-key.ts';
import { isPremiumWork } from '../../core/llm/run-keys.ts';
import { type QuotaInfo, quotaInfoSchema } from '../../core/quota/quota-info.ts';
import type { Task } from '../../core/task.ts';
import { taskDraft } from '../../core/task-tree/task-draft.ts';
import { isoMicros } from '../../core/time.ts';
import type { GeneratedTree, GenerateRequest, PlanEvent } from '../../ports/tree-generator.ts';
import { startWork, type WorkAnswer } from '../events/work-answer.ts';
import { type Call, defineMethod } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { quotaInfoOf, release, reserveGeneration } from '../runs/charge.ts';
import { chargedOf } from '../runs/charged-of.ts';
import { withKeys } from '../runs/llm-keys.ts';
import { sealTasks } from '../secrets/seal-tasks.ts';
import { toTaskModel } from '../task-model.ts';
import { newTaskSchema } from './new-task.ts';
import { scopeUser } from './own.ts';
import { optionalFlag, optionalText, userIdParam } from './param.ts';

const MOST_CHARACTERS = 50_000;

const params = z.object({
  requirement: optionalText.describe('What the tree should do, in words'),
  context: z.custom<JsonValue>().optional().describe('Facts the plan may use: any JSON'),
  user_id: userIdParam,
  llm_provider: optionalText.describe('openai, groq, …; default: whichever there is a key for'),
  model: optionalText.describe("Default: the provider's"),
  temperature: z.number().min(0).max(2).nullish().describe('Default 0.7'),
  max_tokens: z.number().int().min(1).max(1_000_000).nullish().describe('Default 4000'),
  save: optionalFlag.describe('Store the tree; default false'),
  use_demo: optionalFlag.describe('Plan by rules, ask no model'),
  use_streaming: optionalFlag.describe(
    'Answer with server-sent events: plan_start, plan_task and plan_repair while the tree grows, then the answer',
  ),
});
type Params = z.infer<typeof params>;

const usageSchema = z.record(z.string(), z.number());

const result = z.object({
  tasks: z.array(newTaskSchema).describe('As tasks.create and tasks.execute take them'),
  count: z.number().int(),
  message: z.string(),
  root_task_id: z.string().optional().describe('When saved'),
  model: z.string().optional(),
  token_usage: usageSchema.optional(),
  demo: z
    .object({ active: z.boolean(), reason: z.string().nullable() })
    .optional()
    .describe('Set when no model was asked, and why'),
  quota_info: quotaInfoSchema.optional().describe('What the caller has used today'),
});
type Answer = JsonObject;

export const tasksGenerate = defineMethod<Params>({
  name: 'tasks.generate',
  scope: 'tasks',
  title: 'Generate Task Tree',
  description:
    "Plans a task tree from a requirement in words. Uses the key of X-LLM-API-KEY, else the server's; without one it plans by rules and marks the answer as demo. Nothing runs.",
  category: 'agent_action',
  tags: ['task', 'generate', 'llm'],
  params,
  result,
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'large',
  errors: [
    'forbidden',
    'conflict',
    'idempotency_conflict',
    'quota_exceeded',
    'rate_limited',
    'task_failed',
    'task_transient',
    'unavailable',
  ],
  examples: [
    { name: 'a report', params: { requirement: 'Check CPU and memory, then summarize both', save: true } },
  ],
  handle: generate,
});

async function generate(
  { use_streaming: isStreamed, ...given }: Params,
  call: Call,
): Promise<Answer | WorkAnswer> {
  if (isStreamed !== true || call.isNotification) return generateTree(given, call, undefined);
  if (call.isBatch)
    throw new AppError('invalid_request', 'A batch cannot stream: send this generate by itself');
  if (call.streams.isClosed)
    throw new AppError('unavailable', 'The server is shutting down', { retryAfterSeconds: 1 });
  call.streams.requireRoom(call.identity.userId);
  return startWork((send) => generateTree(given, call, (event) => send(wireEvent(event))));
}

/** As the other streams name their events. */
function wireEvent({ type, ...about }: PlanEvent): JsonObject {
  return { type: `plan_${type}`, ...about } as unknown as JsonObject;
}

async function generateTree(given: Params, call: Call, onEvent: GenerateRequest['onEvent']): Promise<Answer> {
  const requirement = given.requirement?.trim() ?? '';
  if (requirement === '') throw new AppError('invalid_params', 'Requirement is required');
  if (requirement.length > MOST_CHARACTERS)
    throw new AppError('invalid_params', `requirement may have at most ${MOST_CHARACTERS} characters`);
  const userId = scopeUser(call.identity, given.user_id, 'generate') ?? call.identity.userId;
  const stored = await call.deps.llmKeys.ofUser(userId);
  const request = { ...requestOf({ ...given, requirement }, call, { userId, stored }), onEvent };
  return idempotently<Answer>(call, 'tasks.generate', given, {
    perform: async (record) => {
      const { store } = call.deps;
      const { tree, quotaInfo } = await generateCharged(call, request);
      const tasks = sealTasks(call.deps, tree.tasks);
      const { registry } = call.deps;
      // A draft is posted back: its secrets stay sealed, for its owner alone. What is stored needs no way back.
      const shown = given.save === true ? tasks.map((task) => toTaskModel(task, registry)) : tasks;
      const answer = { ...answerOf(tree, shown, given.save === true), quota_info: quotaInfo };
      const idempotency = record(answer);
      if (given.save === true) await store.tasks.create(tasks, idempotency);
      else if (idempotency !== undefined) await store.idempotency.put(idempotency);
      return answer;
    },
    replay: async (answer) => answer,
  });
}

/** Counted before a model is asked; what asked none gives its model part back. */
async function generateCharged(
  call: Call,
  request: GenerateRequest,
): Promise<{ tree: GeneratedTree; quotaInfo: QuotaInfo }> {
  const { ledger, treeGenerator } = call.deps;
  const charged = withKeys(chargedOf(call.identity), { isPremium: !request.mayUseServerKey });
  const reservation = await reserveGeneration(call, uuidV7(), request.demoReason === null, charged);
  try {
    await ledger.settle(reservation, false);
  } catch (error) {
    await release(call, reservation);
    throw error;
  }
  const isExceeded = reservation.isLlmExceeded;
  const tree = await treeGenerator.generate(
    isExceeded ? { ...request, demoReason: 'llm_quota_exceeded' } : request,
  );
  const isUnused = tree.demo !== null && reservation.uses.some(({ meter }) => meter === 'llm_task_trees');
  if (!isUnused) return { tree, quotaInfo: reservation.info };
  await ledger.refund(reservation.key, ['llm_task_trees']);
  return { tree, quotaInfo: await quotaInfoOf(call) };
}

function requestOf(
  given: Params & { requirement: string },
  call: Call,
  { userId, stored }: { readonly userId: string; readonly stored: readonly LlmKey[] },
): GenerateRequest {
  const { settings, clock } = call.deps;
  const isDemo = settings.forceDemo || given.use_demo === true;
  const header = parseLlmKey(call.llmKeyHeader);
  return {
    requirement: given.requirement,
    context: given.context ?? null,
    provider: given.llm_provider || null,
    model: given.model || null,
    temperature: given.temperature ?? 0.7,
    maxTokens: given.max_tokens ?? 4_000,
    demoReason: isDemo ? (settings.forceDemo ? 'forced' : 'requested') : null,
    header,
    stored,
    mayUseServerKey: !isPremium(header, stored, given),
    userId,
    now: isoMicros(clock.now()),
    idempotencyKey: call.idempotencyKey ?? uuidV4(),
    signal: call.hangUp(),
  };
}

function answerOf({ demo, model, usage }: GeneratedTree, tasks: readonly Task[], isSaved: boolean): Answer {
  const rootId = tasks[0]?.id ?? '';
  const saved = isSaved ? ` and saved to database (root_task_id: ${rootId})` : '';
  const honest = demo === null ? '' : `. Demo: planned by rules, no model was asked (${demo.reason})`;
  return {
    tasks: tasks.map(taskDraft),
    count: tasks.length,
    message: `Successfully generated ${tasks.length} task(s)${saved}${honest}`,
    ...(isSaved ? { root_task_id: rootId } : {}),
    ...(model === null ? {} : { model }),
    ...(usage === null ? {} : { token_usage: usage }),
    ...(demo === null ? {} : { demo: { ...demo } }),
  };
}

function isPremium(header: LlmKey | null, stored: readonly LlmKey[], given: Params): boolean {
  const inputs = { provider: given.llm_provider ?? null, model: given.model ?? null };
  const keys = { header: header?.provider ?? null, stored: stored.map(({ provider }) => provider) };
  return isPremiumWork([{ inputs, params: null }], keys);
}
