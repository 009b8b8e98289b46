/** A conversation: what is known of it beside its messages. Belongs to one user. */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';

export const conversationSchema = z.object({
  conversation_id: z.string(),
  user_id: z.string(),
  title: z.string().nullable().describe('null until something was said'),
  system_prompt: z.string().nullable().describe('What the model is told before all else'),
  model: z.string().nullable().describe('Whom to ask; null: the default'),
  metadata: z.custom<JsonObject>().describe("The client's own"),
  message_count: z.number().int(),
  version: z.number().int().describe('What If-Match of a change names; messages do not count'),
  last_event_id: z.string().describe('Where a stream of events goes on from here'),
  created_at: z.string(),
  updated_at: z.string().describe('Of the last change, messages included'),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** What a client may set. */
export type ConversationFields = Pick<Conversation, 'title' | 'system_prompt' | 'model' | 'metadata'>;
