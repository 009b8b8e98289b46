/** What every store must do with conversations, messages and replies under way. */
import { describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/core/conversation/conversation.ts';
import type { ConversationSignal } from '../../src/core/conversation/conversation-event.ts';
import { uuidV7 } from '../../src/core/ids.ts';
import { isoMicros } from '../../src/core/time.ts';
import type { Exchange, NewReply, ReplyOutcome } from '../../src/ports/conversation-store.ts';
import type { Store } from '../../src/ports/store.ts';

const LIMITS = { messages: 50, characters: 10_000 };

function conversation(fields: Partial<Conversation> = {}): Conversation {
  const id = uuidV7();
  const at = isoMicros(Date.now());
  return {
    conversation_id: id,
    user_id: `user-${id}`,
    title: null,
    system_prompt: 'Be brief. Ünïcode 🎈',
    model: null,
    metadata: { b: 1, a: ['x'] },
    message_count: 0,
    version: 1,
    last_event_id: `${id}:0`,
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

function newReply(fields: Partial<NewReply> = {}): NewReply {
  const options = { plan: 'free', llmKeys: null, demoReason: null, model: null };
  return { replyId: uuidV7(), messageId: uuidV7(), options, secrets: [], uses: [], ...fields };
}

const outcome = (fields: Partial<ReplyOutcome> = {}): ReplyOutcome => ({
  status: 'completed',
  text: 'An answer',
  model: 'gpt-4o-mini',
  exit: null,
  usage: { total_tokens: 7 },
  demoReason: null,
  error: null,
  ...fields,
});

/** Called inside the suite of a store. */
export function conversationConformance(open: () => Store): void {
  const made = async (fields: Partial<Conversation> = {}) => {
    const one = conversation(fields);
    await open().conversations.create(one, 1_000);
    return one.conversation_id;
  };
  const post = async (conversationId: string, text: string, reply: NewReply | null = null) =>
    (await open().conversations.post({
      conversationId,
      messageId: uuidV7(),
      text,
      title: text.slice(0, 20),
      reply,
    })) as Exchange;
  const types = async (id: string) =>
    (await open().conversations.events(id, 0, 100)).map(({ seq, type }) => `${seq} ${type}`);

  describe('conversations', () => {
    test('are read back exactly, changed by version, and listed newest first for their owner', async () => {
      const { conversations } = open();
      const userId = `user-${uuidV7()}`;
      const all = Array.from({ length: 5 }, () => conversation({ user_id: userId }));
      for (const one of all) await conversations.create(one, 1_000);
      const [first] = all as [Conversation];
      expect(await conversations.get(first.conversation_id)).toEqual(first);
      const page = await conversations.list({ userId, limit: 2 });
      expect(page.map((it) => it.conversation_id)).toEqual([all[4], all[3]].map((it) => it?.conversation_id));
      await conversations.create(conversation({ user_id: userId }), 1_000);
      const before = page[1]?.conversation_id as string;
      const next = await conversations.list({ userId, before, limit: 9 });
      expect(next.map((it) => it.conversation_id)).toEqual(
        [all[2], all[1], all[0]].map((it) => it?.conversation_id),
      );
      const changed = await conversations.update(first.conversation_id, { title: 'New' }, 1);
      expect(changed).toMatchObject({ title: 'New', version: 2, system_prompt: first.system_prompt });
      expect(await conversations.get(first.conversation_id)).toEqual(changed);
      await expect(conversations.update(first.conversation_id, { title: 'Late' }, 1)).rejects.toMatchObject({
        code: 'precondition_failed',
      });
      await expect(conversations.create(conversation({ user_id: userId }), 6)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await conversations.update('nobody', { title: 'x' }, null)).toBeNull();
    });

    test('of many changes from one version exactly one wins', async () => {
      const { conversations } = open();
      const id = await made();
      const tries = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => conversations.update(id, { title: `t${index}` }, 1)),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await conversations.get(id))?.version).toBe(2);
    });

    test('messages posted at once all have a place, and their events are numbered without gaps', async () => {
      const { conversations } = open();
      const id = await made();
      await Promise.all(Array.from({ length: 20 }, (_, index) => post(id, `m${index}`)));
      const all = await conversations.messages(id, { order: 'asc', limit: 100 });
      expect(all.map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
      const newest = await conversations.messages(id, { order: 'desc', beyond: 11, limit: 3 });
      expect(newest.map(({ position }) => position)).toEqual([10, 9, 8]);
      const events = await conversations.events(id, 15, 100);
      expect(events.map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20]);
      expect(await conversations.get(id)).toMatchObject({ message_count: 20, last_event_id: `${id}:20` });
    });

    test('one reply at a time; of many posts that ask for one exactly one is taken', async () => {
      const id = await made();
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => post(id, 'question', newReply())),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await open().conversations.get(id)).toMatchObject({ message_count: 2, title: 'question' });
    });

    test('a reply is claimed, written and ended by its last attempt alone', async () => {
      const { conversations } = open();
      const id = await made();
      await post(id, 'before');
      const reply = newReply({ messageId: uuidV7() });
      const asked = await post(id, 'question', reply);
      expect(asked.reply).toMatchObject({
        status: 'pending',
        role: 'assistant',
        reply_to: asked.message.message_id,
      });
      expect(asked.started).toMatchObject({ replyId: reply.replyId, number: 1, attempt: 0 });
      const first = await conversations.claim(reply.replyId, LIMITS);
      expect(first?.history.map(({ text }) => text)).toEqual(['before', 'question']);
      expect(await conversations.writePartial(reply.replyId, 1, 'half an')).toBe(true);
      expect((await conversations.message(id, reply.messageId))?.text).toBe('half an');
      const second = await conversations.claim(reply.replyId, LIMITS);
      expect(second?.reply.attempt).toBe(2);
      expect(await conversations.message(id, reply.messageId)).toMatchObject({
        text: '',
        status: 'streaming',
      });
      expect(await conversations.writePartial(reply.replyId, 1, 'a ghost')).toBe(false);
      expect(await conversations.finish(reply.replyId, 1, outcome({ text: 'a ghost' }))).toBeNull();
      const ended = await conversations.finish(reply.replyId, 2, outcome());
      expect(ended).toMatchObject({ status: 'completed', text: 'An answer', usage: { total_tokens: 7 } });
      expect(await conversations.finish(reply.replyId, null, outcome())).toBeNull();
      expect(await conversations.claim(reply.replyId, LIMITS)).toBeNull();
      expect(await types(id)).toEqual([
        '1 message-created',
        '2 message-created',
        '3 message-created',
        '4 message-started',
        '5 message-restarted',
        '6 message-completed',
      ]);
      const short = await conversations.workFor(id, asked.message.message_id, { messages: 9, characters: 3 });
      expect(short?.history.map(({ text }) => text)).toEqual(['before', 'question']);
    });

    test('a reply answers its own question, and none that is gone', async () => {
      const { conversations } = open();
      const id = await made();
      const { message } = await post(id, 'one');
      await post(id, 'two');
      const change = { conversationId: id, messageId: message.message_id, version: null };
      const reply = newReply();
      const anew = await conversations.regenerate({ ...change, reply });
      const work = await conversations.claim(reply.replyId, LIMITS);
      expect(work?.history.map(({ text }) => text)).toEqual(['one']);
      await conversations.finish(reply.replyId, 1, outcome());
      await conversations.deleteMessage(change);
      const messageId = anew?.reply?.message_id as string;
      await expect(
        conversations.regenerate({ ...change, messageId, reply: newReply() }),
      ).rejects.toMatchObject({ code: 'conflict' });
    });

    test('stop ends a reply; its worker may still say how far it came', async () => {
      const { conversations } = open();
      const id = await made();
      const reply = newReply();
      const asked = await post(id, 'question', reply);
      await conversations.claim(reply.replyId, LIMITS);
      await conversations.writePartial(reply.replyId, 1, 'half');
      const stopped = await conversations.stop(id);
      expect(stopped?.messages).toMatchObject([{ status: 'stopped', text: 'half' }]);
      expect(await conversations.finish(reply.replyId, 1, outcome())).toBeNull();
      const spent = { text: 'half an answer', model: 'm', usage: { total_tokens: 3 } };
      await conversations.amendStopped(asked.started as NonNullable<Exchange['started']>, spent);
      expect(await conversations.message(id, reply.messageId)).toMatchObject({
        status: 'stopped',
        text: 'half an answer',
        usage: { total_tokens: 3 },
      });
      expect((await conversations.stop(id))?.ended).toEqual([]);
      expect(await conversations.stop('nobody')).toBeNull();
    });

    test('edits and replies made anew keep what stood', async () => {
      const { conversations } = open();
      const id = await made();
      const reply = newReply();
      const { message } = await post(id, 'first', reply);
      await conversations.claim(reply.replyId, LIMITS);
      await conversations.finish(reply.replyId, 1, outcome({ text: 'to first' }));
      const change = { conversationId: id, messageId: message.message_id, version: 1 };
      const edited = await conversations.edit({ ...change, text: 'second', reply: newReply() });
      expect(edited?.message).toMatchObject({ text: 'second', version: 2, revision: 2 });
      expect(edited?.reply).toMatchObject({
        message_id: reply.messageId,
        status: 'pending',
        text: '',
        revision: 2,
      });
      expect(edited?.started?.number).toBe(2);
      await expect(conversations.edit({ ...change, text: 'x', reply: null })).rejects.toMatchObject({
        code: 'precondition_failed',
      });
      const again = { ...change, messageId: reply.messageId, version: null, reply: newReply() };
      await expect(conversations.regenerate(again)).rejects.toMatchObject({ code: 'conflict' });
      const started = edited?.started?.replyId as string;
      await conversations.claim(started, LIMITS);
      await conversations.finish(started, 1, outcome({ text: 'to second' }));
      const anew = await conversations.regenerate(again);
      expect(anew?.message).toMatchObject({ message_id: reply.messageId, status: 'pending', revision: 3 });
      const kept = await conversations.revisions(reply.messageId, { limit: 10 });
      expect(kept.map(({ revision, text, is_current }) => [revision, text, is_current])).toEqual([
        [3, '', true],
        [2, 'to second', false],
        [1, 'to first', false],
      ]);
      const older = await conversations.revisions(reply.messageId, { before: 2, limit: 10 });
      expect(older.map(({ text }) => text)).toEqual(['to first']);
      expect((await conversations.revisions(message.message_id, { limit: 1 }))[0]?.text).toBe('second');
    });

    test('deletes delete: messages, revisions, keys, events, and what is under way', async () => {
      const { conversations, secrets } = open();
      const id = await made();
      const replyId = uuidV7();
      const secret = { owner: `run:${replyId}`, name: 'openai', sealed: 'sealed', expiresAt: null };
      const asked = await post(id, 'question', newReply({ replyId, secrets: [secret] }));
      expect(await secrets.list(secret.owner)).toHaveLength(1);
      const gone = await conversations.deleteMessage({
        conversationId: id,
        messageId: asked.reply?.message_id as string,
        version: null,
      });
      expect(gone?.map((reply) => reply.replyId)).toEqual([replyId]);
      expect(await secrets.list(secret.owner)).toEqual([]);
      expect(await conversations.claim(replyId, LIMITS)).toBeNull();
      expect(await conversations.get(id)).toMatchObject({ message_count: 1 });
      const next = newReply();
      await post(id, 'again', next);
      const heard: ConversationSignal[] = [];
      const stop = conversations.follow(id, (signal) => heard.push(signal));
      await expect(conversations.delete(id, 9)).rejects.toMatchObject({ code: 'precondition_failed' });
      expect((await conversations.delete(id, null))?.map((reply) => reply.replyId)).toEqual([next.replyId]);
      await expect.poll(() => heard).toEqual([{ kind: 'deleted' }]);
      stop();
      expect(await conversations.get(id)).toBeNull();
      expect(await conversations.messages(id, { order: 'asc', limit: 9 })).toEqual([]);
      expect(await types(id)).toEqual([]);
      expect(await conversations.revisions(asked.message.message_id, { limit: 9 })).toEqual([]);
      expect(await conversations.finish(next.replyId, null, outcome())).toBeNull();
      expect(await conversations.delete(id, null)).toBeNull();
    });

    test("a user who goes takes all conversations along, and nobody else's", async () => {
      const { conversations } = open();
      const gone = `user-${uuidV7()}`;
      const [one, two, other] = [await made({ user_id: gone }), await made({ user_id: gone }), await made()];
      const reply = newReply();
      const { message } = await post(one, 'mine', reply);
      await post(other, 'theirs');
      await conversations.removeOf([gone, 'nobody']);
      expect([await conversations.get(one), await conversations.get(two)]).toEqual([null, null]);
      expect(await conversations.message(one, message.message_id)).toBeNull();
      expect(await conversations.claim(reply.replyId, LIMITS)).toBeNull();
      expect(await conversations.get(other)).toMatchObject({ message_count: 1 });
    });

    test('a reply of a task is appended once; active ones are found by age', async () => {
      const { conversations } = open();
      const id = await made();
      const { message } = await post(id, 'question');
      const finished = { ...outcome(), conversationId: id, messageId: uuidV7(), replyTo: message.message_id };
      const both = await Promise.all([conversations.append(finished), conversations.append(finished)]);
      expect(both.map((it) => it?.text)).toEqual(['An answer', 'An answer']);
      expect(await conversations.messages(id, { order: 'asc', limit: 9 })).toHaveLength(2);
      expect(await conversations.append({ ...finished, messageId: 'm', replyTo: 'nobody' })).toBeNull();
      const reply = newReply();
      await post(id, 'open', reply);
      const ids = async (acceptedBefore: string) =>
        (await conversations.activeReplies({ acceptedBefore, limit: 1_000 })).map((it) => it.replyId);
      expect(await ids(isoMicros(Date.now() + 1_000))).toContain(reply.replyId);
      expect(await ids(isoMicros(Date.now() - 60_000))).not.toContain(reply.replyId);
    });
  });
}
