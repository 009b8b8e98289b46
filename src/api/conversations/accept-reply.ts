/** A reply is asked for: who pays it, whether a model may be asked, and its start once it is stored. */
import type { Conversation } from '../../core/conversation/conversation.ts';
import { uuidV7 } from '../../core/ids.ts';
import { parseLlmKey } from '../../core/llm/llm-key.ts';
import { isPremiumWork } from '../../core/llm/run-keys.ts';
import type { Exchange, NewReply } from '../../ports/conversation-store.ts';
import type { Reservation } from '../../ports/ledger.ts';
import type { Call } from '../method.ts';
import { release } from '../runs/charge.ts';
import { chargedOf } from '../runs/charged-of.ts';
import { withKeys } from '../runs/llm-keys.ts';

export interface ReplyWish {
  readonly conversation: Conversation;
  readonly model?: string | null | undefined;
  readonly useDemo?: boolean | null | undefined;
}

/** `store` writes the reply with what asks for it; without a wish it is given none. */
export async function acceptReply(
  call: Call,
  wish: ReplyWish | null,
  store: (reply: NewReply | null) => Promise<Exchange>,
): Promise<Exchange> {
  const { ledger, replies } = call.deps;
  if (wish === null || replies === undefined) return store(null);
  const { reply, reservation } = await prepare(call, wish);
  let exchange: Exchange;
  try {
    exchange = await store(reply);
  } catch (error) {
    await release(call, reservation);
    throw error;
  }
  await ledger.settle(reservation, true);
  if (exchange.started !== null) await replies.start(exchange.started);
  return exchange;
}

async function prepare(
  call: Call,
  { conversation, model, useDemo }: ReplyWish,
): Promise<{ reply: NewReply; reservation: Reservation }> {
  const { ledger, llmKeys, settings } = call.deps;
  const replyId = uuidV7();
  const userId = conversation.user_id;
  const isDemo = settings.forceDemo || useDemo === true;
  const key = isDemo ? null : parseLlmKey(call.llmKeyHeader);
  const stored = isDemo ? [] : await llmKeys.providersOf(userId);
  const inputs = { model: model ?? conversation.model };
  const keys = { header: key?.provider ?? null, stored };
  const isPremium = isPremiumWork([{ inputs, params: null }], keys);
  const charged = withKeys(chargedOf(call.identity), { isPremium });
  const reservation = await ledger.reserve({
    key: replyId,
    charged,
    meters: ['conversation_replies'],
    takesSlot: false,
  });
  const hasKeys = key !== null || stored.length > 0;
  const demoReason = isDemo
    ? settings.forceDemo
      ? 'forced'
      : 'requested'
    : reservation.isLlmExceeded
      ? 'conversation_quota_exceeded'
      : null;
  const reply: NewReply = {
    replyId,
    messageId: uuidV7(),
    options: {
      plan: charged.plan,
      llmKeys: hasKeys ? { hasOwn: key !== null, isPremium } : null,
      demoReason,
      model: model ?? null,
    },
    secrets: key === null ? [] : [llmKeys.sealForRun({ runId: replyId, userId }, key)],
    uses: reservation.uses,
  };
  return { reply, reservation };
}
