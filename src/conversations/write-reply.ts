/** One reply from beginning to end: the question is checked, a model (or rules) answers, the answer is checked. */
import { demoReply } from '../core/conversation/demo-reply.ts';
import { fitWindow } from '../core/conversation/fit-window.ts';
import type { Message } from '../core/conversation/message.ts';
import type { ChatAnswer } from '../core/llm/chat.ts';
import { costNanoUsd } from '../core/llm/prices.ts';
import { CONTACT_TYPES } from '../core/safety/contact-types.ts';
import type { Exit } from '../core/safety/exit.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { TokenTally } from '../core/token-tally.ts';
import type { ReplyOutcome } from '../ports/conversation-store.ts';
import type { ReplyRequest } from '../ports/reply-writer.ts';
import { OutputBlocked, OutputGuard } from './output-guard.ts';

export type ReplySafety = Pick<SafetyServices, 'check' | 'checkWithJudge'>;

/** See ports/reply-writer.ts. */
export async function writeReply(safety: ReplySafety, request: ReplyRequest): Promise<ReplyOutcome> {
  const { history, demoReason } = request;
  const question = history.at(-1)?.text ?? '';
  const exit = await exitOf(safety, question, request);
  if (exit !== null) return ended({ status: 'blocked', exit });
  const guard = new OutputGuard(safety, request.onText);
  try {
    if (demoReason !== null) {
      guard.add(demoReply(history, demoReason));
      return ended({ text: guard.end(), demoReason });
    }
    const answer = await askModel({ ...request, history: harmless(safety, history) }, guard);
    request.signal.throwIfAborted();
    const facts = {
      model: answer.model,
      usage: usageOf(answer),
      demoReason: answer.isDemo ? 'requested' : null,
    };
    return ended({ text: guard.end(), ...facts });
  } catch (error) {
    if (error instanceof OutputBlocked) return ended({ status: 'blocked', exit: error.exit });
    throw error;
  }
}

/** By the rules, and where the operator names a judge and models are asked at all, by that one too. */
async function exitOf(safety: ReplySafety, text: string, request: ReplyRequest): Promise<Exit | null> {
  const asked = { text, stage: 'input' as const, allow: CONTACT_TYPES };
  if (request.demoReason !== null) return safety.check(asked).exit;
  return (await safety.checkWithJudge(asked, request.llm)).exit;
}

/**
 * What came before the question and is fit to be told to a model. Each is checked anew: it may have been kept without a
 * reply, or edited since. What answers a message that is left out is left out too.
 */
function harmless(safety: ReplySafety, history: readonly Message[]): Message[] {
  const isRefused = ({ role, text }: Message) =>
    role === 'user' && safety.check({ text, stage: 'input', allow: CONTACT_TYPES }).exit !== null;
  const refused = new Set(history.slice(0, -1).filter(isRefused));
  const ids = new Set([...refused].map(({ message_id }) => message_id));
  return history.filter(
    (message) => !refused.has(message) && (message.reply_to === null || !ids.has(message.reply_to)),
  );
}

async function askModel(request: ReplyRequest, guard: OutputGuard): Promise<ChatAnswer> {
  const { conversation, history, llm } = request;
  const model = request.model ?? conversation.model;
  const window = fitWindow(conversation.system_prompt, history, model);
  let answer: ChatAnswer | null = null;
  for await (const event of llm.stream({
    messages: window.messages,
    maxTokens: window.maxAnswerTokens,
    ...(model === null ? {} : { model }),
  })) {
    request.signal.throwIfAborted();
    if (event.type === 'delta') guard.add(event.text);
    else answer = event.answer;
  }
  if (answer === null) throw new Error('The stream ended without its answer');
  return answer;
}

function usageOf(answer: ChatAnswer): ReplyOutcome['usage'] {
  if (answer.usage === null || answer.isDemo) return null;
  const tally = new TokenTally();
  tally.add({ ...answer.usage, model: answer.model, costNanoUsd: costNanoUsd(answer, Date.now()) });
  return tally.spent;
}

function ended(facts: Partial<ReplyOutcome>): ReplyOutcome {
  return {
    status: 'completed',
    text: '',
    model: null,
    exit: null,
    usage: null,
    demoReason: null,
    error: null,
    ...facts,
  };
}
