/** Replies that tasks make: written at once, added to the conversation as a whole, once. */
import { createHash } from 'node:crypto';
import type {
  AddedReply,
  ConversationServices,
  ReplyInTask,
} from '../core/conversation/conversation-services.ts';
import { HISTORY_LIMITS } from '../core/conversation/history-limits.ts';
import type { Message } from '../core/conversation/message.ts';
import { AppError } from '../core/errors.ts';
import type { ConversationStore } from '../ports/conversation-store.ts';
import { type ReplySafety, writeReply } from './write-reply.ts';

export function createConversationServices(
  conversations: Pick<ConversationStore, 'workFor' | 'message' | 'append'>,
  safety: ReplySafety,
): ConversationServices {
  return {
    async reply(request) {
      const { conversationId, messageId } = request;
      const work = await conversations.workFor(conversationId, messageId, HISTORY_LIMITS);
      if (work === null || work.conversation.user_id !== request.userId)
        throw new AppError('task_failed', `Message ${messageId} of conversation ${conversationId} not found`);
      if (work.message.role !== 'user')
        throw new AppError(
          'task_failed',
          `Message ${messageId} was not said by the user: there is nothing to answer`,
        );
      const id = replyIdOf(request);
      const known = await conversations.message(conversationId, id);
      if (known !== null) return shown(known);
      const outcome = await writeReply(safety, { ...work, ...request, demoReason: null });
      const added = await conversations.append({
        ...outcome,
        conversationId,
        messageId: id,
        replyTo: messageId,
      });
      if (added === null)
        throw new AppError('task_failed', `Conversation ${conversationId} was deleted meanwhile`);
      return shown(added);
    },
  };
}

/** A UUID of the task's key: an attempt that comes after the first one has written finds what it wrote. */
function replyIdOf({ idempotencyKey, conversationId, messageId }: ReplyInTask): string {
  const hex = createHash('sha256').update(`${idempotencyKey}\n${conversationId}\n${messageId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function shown({ message_id, text, exit, usage }: Message): AddedReply {
  return { message_id, text, exit, usage };
}
