/** The model client of one reply: with the keys it was accepted with, within the operator's limits. */
import type { ReplyOptions } from '../../core/conversation/reply.ts';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Budget } from '../../core/llm/budget.ts';
import { wantedProvider } from '../../core/llm/run-keys.ts';
import type { ReplyWork } from '../../ports/conversation-store.ts';
import { LlmUse } from '../llm-use.ts';
import { RunLlmUse } from '../run-llm-use.ts';
import type { ReplyDependencies } from './reply-dependencies.ts';

export const REPLY_EXECUTOR = 'conversation_reply_executor';

export interface ReplyClient {
  readonly use: LlmUse;
  /** Why no model is asked; null = one is. */
  readonly demoReason: string | null;
}

/** Throws `llm_key_expired` when the key that came with the request is no longer kept. */
export async function replyClient(deps: ReplyDependencies, work: ReplyWork): Promise<ReplyClient> {
  const { reply, conversation } = work;
  const { options } = reply;
  const executor = deps.registry.find(REPLY_EXECUTOR);
  if (executor === undefined) throw new AppError('internal', `There is no ${REPLY_EXECUTOR}`);
  const run = { runId: reply.replyId, userId: reply.userId };
  const runUse = new RunLlmUse();
  const use = new LlmUse({
    gateway: deps.llm,
    keys: deps.llmKeys,
    run,
    executor,
    idempotencyKey: reply.replyId,
    runOptions: runOptions(options),
    runUse,
    limits: deps.freeTreeLimits,
    budgets: () => budgetsOf(deps, work, runUse),
  });
  if (options.demoReason !== null) return { use, demoReason: options.demoReason };
  const keys = options.llmKeys ?? { hasOwn: false, isPremium: false };
  const opened = await deps.llmKeys.openForRun(run, keys);
  const inputs = { model: options.model ?? conversation.model };
  const access = { ...opened, mayUseServerKey: !keys.isPremium };
  const isUsable = deps.llm.isUsable(access, wantedProvider({ inputs, params: null }));
  return { use, demoReason: isUsable ? null : 'no_llm_key' };
}

function runOptions({ plan, llmKeys }: ReplyOptions): JsonObject {
  return { plan, ...(llmKeys === null ? {} : { llmKeys: { ...llmKeys } }) };
}

/** A reply is a tree of its own to the operator's limits; who pays or runs the server has none here. */
async function budgetsOf(
  deps: ReplyDependencies,
  { reply }: ReplyWork,
  runUse: RunLlmUse,
): Promise<readonly Budget[]> {
  const { plan, llmKeys } = reply.options;
  if (llmKeys?.isPremium === true || plan === 'internal') return [];
  const ofUser = await deps.llmBudgets.ofUser(reply.userId);
  const { maxTokens, maxCostNanoUsd } = deps.llmBudgets.tree;
  const ofTree: Budget = { scope: 'tree', maxTokens, maxCostNanoUsd, spend: runUse.tree };
  return [ofTree, ...(ofUser === null ? [] : [ofUser])];
}
