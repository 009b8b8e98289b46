/** Answers a message of a conversation and adds the answer to it: what POST …/messages does, as a task of a tree. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject } from '../src/core/json.ts';
import { exitSchema } from '../src/core/safety/exit.ts';

export default defineExecutor({
  id: 'conversation_reply_executor',
  name: 'Conversation Reply Executor',
  description:
    'Answers a message of a conversation of yours with what was said before in mind, and adds the answer to it',
  tags: ['llm', 'conversation'],
  type: 'core',
  examples: ['Answer the last message of conversation 019aa000-0000-7000-8000-000000000000'],
  input: z.object({
    conversation_id: z.string().min(1).max(100).describe('The conversation; it must be yours'),
    message_id: z.string().min(1).max(100).describe('The message to answer, said by the user'),
    model: z.string().min(1).max(200).optional().describe("Whom to ask, instead of the conversation's model"),
  }),
  output: z.object({
    message_id: z.string().describe('The answer, as a message of the conversation'),
    text: z.string().describe('Empty when it was blocked'),
    exit: exitSchema.nullable().describe('Why it was blocked; null: it was not'),
    usage: z.custom<JsonObject>().nullable().describe('Tokens and cost'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: 300_000,
  maxAttempts: 3,
  demoInput: {
    conversation_id: '019aa000-0000-7000-8000-000000000000',
    message_id: '019aa000-0000-7000-8000-000000000001',
  },
  demo: () => ({
    message_id: '019aa000-0000-7000-8000-000000000002',
    text: '[Demo reply: no model was asked.] A model would answer here with what was said before in mind.',
    exit: null,
    usage: null,
  }),
  demoDelayMs: 800,
  async run({ input, task, llm, signal, idempotencyKey, emitDelta, services }) {
    return services.conversations.reply({
      userId: task.userId,
      conversationId: input.conversation_id,
      messageId: input.message_id,
      model: input.model ?? null,
      llm,
      signal,
      idempotencyKey,
      onText: emitDelta,
    });
  },
});
