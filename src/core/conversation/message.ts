/** A message of a conversation, as it is stored and as clients see it. */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { exitSchema } from '../safety/exit.ts';

export const MESSAGE_ROLES = ['user', 'assistant', 'system', 'tool'] as const;
export const messageRoleSchema = z.enum(MESSAGE_ROLES);

/**
 * Of a reply: `pending` (accepted), `streaming` (being written), then one of the others for good. What a user has
 * written is `completed` from the start.
 */
export const MESSAGE_STATUSES = [
  'pending',
  'streaming',
  'completed',
  'failed',
  'stopped',
  'blocked',
] as const;
export const messageStatusSchema = z.enum(MESSAGE_STATUSES);
export type MessageStatus = z.infer<typeof messageStatusSchema>;

export const messageSchema = z.object({
  message_id: z.string(),
  conversation_id: z.string(),
  position: z.number().int().describe('Order within the conversation'),
  role: messageRoleSchema,
  text: z.string().describe('As it was sent, or as far as the reply has come'),
  status: messageStatusSchema,
  version: z.number().int().describe('What If-Match of a change names'),
  revision: z.number().int().describe('1 for the first text; earlier ones are kept'),
  reply_to: z.string().nullable().describe('Of a reply: the message it answers'),
  model: z.string().nullable().describe('Of a reply: the model that wrote it'),
  exit: exitSchema.nullable().describe('Why a reply was blocked'),
  usage: z.custom<JsonObject>().nullable().describe('Tokens and cost of a reply, where a model was asked'),
  demo_mode: z.boolean().describe('The reply was written by rules, not by a model'),
  demo_reason: z.string().nullable(),
  error: z.string().nullable().describe('Why a reply failed'),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Message = z.infer<typeof messageSchema>;

export const messageRevisionSchema = messageSchema
  .pick({ message_id: true, revision: true, text: true, status: true, model: true, exit: true })
  .extend({ created_at: z.string().describe('When this text was written'), is_current: z.boolean() });
export type MessageRevision = z.infer<typeof messageRevisionSchema>;

/** A reply that is being made: nothing else may be asked in its conversation meanwhile. */
export function isActive(status: MessageStatus): boolean {
  return status === 'pending' || status === 'streaming';
}
