/** Has a model speak as a persona, word for word as it comes; what was canned is said by the rules instead. */
import { AppError } from '../errors.ts';
import type { ChatAnswer, LlmClient, TokenUsage } from '../llm/chat.ts';
import { cleanTurn } from './clean-turn.ts';
import { demoTurn } from './demo-turn.ts';
import { type TurnQuestion, turnMessages } from './turn-prompt.ts';

const TIMEOUT_MS = 90_000;
const MOST_TOKENS = 400;

export interface Spoken {
  readonly text: string;
  readonly isDemo: boolean;
  readonly model: string | null;
  readonly usage: TokenUsage | null;
}

export interface SpeakOptions {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly onDelta: (text: string) => void;
}

/** Throws as the client does, and `task_transient` when the model says nothing. */
export async function speak(llm: LlmClient, question: TurnQuestion, options: SpeakOptions): Promise<Spoken> {
  const answer = await listen(llm, question, options);
  const { isDemo, model, usage } = answer;
  if (isDemo) return spokenByRules(question);
  const text = cleanTurn(answer.text, question.persona.name);
  if (text === '') throw new AppError('task_transient', `The model said nothing as ${question.persona.name}`);
  return { text, isDemo: false, model, usage };
}

export function spokenByRules(question: TurnQuestion): Spoken {
  return { text: demoTurn(question), isDemo: true, model: null, usage: null };
}

async function listen(llm: LlmClient, question: TurnQuestion, options: SpeakOptions): Promise<ChatAnswer> {
  const request = {
    messages: turnMessages(question),
    model: options.model,
    provider: options.provider,
    temperature: 0.8,
    maxTokens: MOST_TOKENS,
    timeoutMs: TIMEOUT_MS,
  };
  for await (const event of llm.stream(request)) {
    if (event.type === 'final') return event.answer;
    if (event.isDemo !== true) options.onDelta(event.text);
  }
  throw new AppError('task_transient', "The model's answer ended without an end");
}
