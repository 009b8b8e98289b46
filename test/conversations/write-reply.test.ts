/** One reply without a server: what is asked of whom, and what comes of it. */
import { expect, test } from 'vitest';
import { writeReply } from '../../src/conversations/write-reply.ts';
import type { Conversation } from '../../src/core/conversation/conversation.ts';
import type { Message } from '../../src/core/conversation/message.ts';
import type { ChatEvent, ChatRequest, LlmClient } from '../../src/core/llm/chat.ts';
import type { Exit } from '../../src/core/safety/exit.ts';

const exit = (reason: Exit['reason']): Exit => ({ reason, severity: 'high', message: 'No', details: {} });
const conversation = { system_prompt: 'Be brief', model: 'gpt-4o-mini' } as Conversation;
const said = (text: string) =>
  ({ message_id: 'm', role: 'user', text, status: 'completed', reply_to: null }) as Message;

/** Rules find `rule`, the judge finds `judge`, the answer must not hold `secret`. */
function reply(
  text: string,
  pieces: readonly string[],
  demoReason: string | null = null,
  model: string | null = null,
  before: readonly Message[] = [],
) {
  const asked: ChatRequest[] = [];
  const seen: string[] = [];
  let judged = 0;
  const check = ({ text: checked }: { text: string }) => ({
    exit: checked.includes('rule')
      ? exit('policy_violation')
      : checked.includes('secret')
        ? exit('sensitive_pii')
        : null,
    findings: [],
    elapsed_ms: 0,
  });
  const llm: LlmClient = {
    chat: async () => {
      throw new Error('Nobody chats here');
    },
    route: async () => {
      throw new Error('Nobody routes here');
    },
    async *stream(request): AsyncGenerator<ChatEvent> {
      asked.push(request);
      for (const piece of pieces) yield { type: 'delta', text: piece };
      const usage = { inputTokens: 3, outputTokens: 4 };
      const facts = {
        toolCalls: [],
        finishReason: 'stop',
        model: 'gpt-4o-mini',
        provider: 'openai',
        isDemo: false,
      } as const;
      yield { type: 'final', answer: { text: pieces.join(''), usage, ...facts } };
    },
  };
  const checkWithJudge = async (request: { text: string }) => {
    judged++;
    const report = check(request);
    return request.text.includes('judge') ? { ...report, exit: exit('jailbreak_detected') } : report;
  };
  const outcome = writeReply(
    { check, checkWithJudge },
    {
      conversation,
      history: [...before, said(text)],
      model,
      demoReason,
      llm,
      signal: new AbortController().signal,
      onText: (piece) => seen.push(piece),
    },
  );
  return outcome.then((done) => ({ done, asked, seen: seen.join(''), judged }));
}

test('asks the model with the system prompt, and counts what it used', async () => {
  const { done, asked, seen, judged } = await reply('hello', ['Hi ', 'there']);
  expect(done).toMatchObject({ status: 'completed', text: 'Hi there', model: 'gpt-4o-mini', exit: null });
  expect(done.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
  expect([seen, judged]).toEqual(['Hi there', 1]);
  expect(asked[0]).toMatchObject({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'hello' },
    ],
  });
  expect((await reply('hello', [], null, 'other')).asked[0]?.model).toBe('other');
});

test('what the rules or the judge refuse, no model is asked', async () => {
  const byRules = await reply('rule', ['x']);
  expect(byRules.done).toMatchObject({ status: 'blocked', text: '', exit: { reason: 'policy_violation' } });
  const byJudge = await reply('judge', ['x']);
  expect(byJudge.done).toMatchObject({ status: 'blocked', exit: { reason: 'jailbreak_detected' } });
  expect([byRules.asked, byJudge.asked]).toEqual([[], []]);
});

test('what was kept or edited without a reply is checked before it goes along, and goes with its answer', async () => {
  const before = [
    { ...said('fine'), message_id: 'a' },
    { ...said('a rule'), message_id: 'b' },
    { ...said('to b'), message_id: 'c', role: 'assistant', reply_to: 'b' },
    { ...said('a secret'), message_id: 'd' },
  ] as Message[];
  const { done, asked } = await reply('hello', ['Hi'], null, null, before);
  expect(done.status).toBe('completed');
  expect(asked[0]?.messages.slice(1).map(({ content }) => content)).toEqual(['fine', 'hello']);
});

test('an answer that must not be seen is taken back', async () => {
  const { done } = await reply('hello', ['First a long harmless sentence. ', 'Then a sec', 'ret and more']);
  expect(done).toMatchObject({ status: 'blocked', text: '', exit: { reason: 'sensitive_pii' } });
});

test('a demo asks nobody, not even the judge, and is checked all the same', async () => {
  const { done, asked, judged } = await reply('hello', [], 'requested');
  expect(done).toMatchObject({ status: 'completed', demoReason: 'requested', usage: null });
  expect([asked, judged]).toEqual([[], 0]);
  expect((await reply('rule', [], 'requested')).done.status).toBe('blocked');
});
