/**
 * The activity that writes a reply: takes it up, has it written, and says how it ended. Temporal is told ids and codes
 * only. Whoever ends a reply first has ended it: an attempt that comes too late changes nothing.
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { HISTORY_LIMITS } from '../../core/conversation/history-limits.ts';
import type { ReplyEnd } from '../../core/conversation/reply.ts';
import { AppError } from '../../core/errors.ts';
import type { ReplyInput, ReplyOutput } from '../../core/run-protocol.ts';
import { modelUsage, type UsageOutcome } from '../../core/usage.ts';
import type { ReplyOutcome, ReplyWork } from '../../ports/conversation-store.ts';
import { REPLY_EXECUTOR, type ReplyClient, replyClient } from './reply-client.ts';
import type { ReplyDependencies } from './reply-dependencies.ts';
import { ReplyStream } from './reply-stream.ts';

/** Often enough that a stop from another process arrives within half a second. */
const HEARTBEAT_MS = 400;
/** A model that fails so often will fail again. */
const MOST_ATTEMPTS = 4;
const MOST_WAIT_MS = 60_000;

export async function writeReply(deps: ReplyDependencies, { replyId }: ReplyInput): Promise<ReplyOutput> {
  const context = Context.current();
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    const work = await deps.store.conversations.claim(replyId, HISTORY_LIMITS);
    if (work === null) return { status: 'gone' };
    return await new ReplyAttempt(deps, work, context).run();
  } finally {
    clearInterval(heartbeat);
  }
}

class ReplyAttempt {
  readonly #deps: ReplyDependencies;
  readonly #work: ReplyWork;
  readonly #context: Context;
  readonly #abort = new AbortController();
  readonly #stream: ReplyStream;
  readonly #startedMs: number;
  #client: ReplyClient | null = null;

  constructor(deps: ReplyDependencies, work: ReplyWork, context: Context) {
    this.#deps = deps;
    this.#work = work;
    this.#context = context;
    this.#startedMs = deps.now();
    this.#stream = new ReplyStream({
      conversations: deps.store.conversations,
      work,
      onLost: () => this.#abort.abort(),
      onError: (err) => deps.logger.warn({ err, ...this.#ids() }, 'a partial reply was not stored'),
    });
  }

  async run(): Promise<ReplyOutput> {
    const stopListening = this.#listenForEnd();
    try {
      const outcome = await this.#write();
      await this.#stream.close();
      return await this.#finish(outcome);
    } catch (error) {
      await this.#stream.close();
      if (this.#abort.signal.aborted) return await this.#aborted();
      return await this.#failed(error);
    } finally {
      stopListening();
    }
  }

  async #write(): Promise<ReplyOutcome> {
    const { signal } = this.#abort;
    this.#client = await replyClient(this.#deps, this.#work);
    const { use, demoReason } = this.#client;
    return this.#deps.writeReply({
      ...this.#work,
      model: this.#work.reply.options.model,
      demoReason,
      llm: use.clientFor(signal),
      signal,
      onText: (piece) => this.#stream.add(piece),
    });
  }

  /** A stop is heard at once from whichever process it comes; Temporal's own cancellation is the second way. */
  #listenForEnd(): () => void {
    const { conversationId, replyId } = this.#work.reply;
    const abort = () => this.#abort.abort();
    const { cancellationSignal } = this.#context;
    if (cancellationSignal.aborted) abort();
    cancellationSignal.addEventListener('abort', abort, { once: true });
    const unfollow = this.#deps.store.conversations.follow(conversationId, (signal) => {
      if (signal.kind === 'deleted' || (signal.kind === 'ended' && signal.replyIds.includes(replyId)))
        abort();
    });
    return () => {
      unfollow();
      cancellationSignal.removeEventListener('abort', abort);
    };
  }

  async #finish(outcome: ReplyOutcome): Promise<ReplyOutput> {
    const { replyId, attempt } = this.#work.reply;
    // All of it: a judge may have been asked before.
    const usage = this.#client?.use.ownSpent ?? outcome.usage;
    const demoReason = outcome.demoReason ?? this.#client?.use.demo?.reason ?? null;
    const ended = { ...outcome, usage, demoReason };
    const message = await this.#deps.store.conversations.finish(replyId, attempt, ended);
    this.#note(message === null ? 'cancelled' : usageOutcome(outcome.status), demoReason !== null);
    return { status: message === null ? 'gone' : outcome.status };
  }

  /** Stopped, deleted, taken over, or the worker goes: only the last leaves something to do for others. */
  async #aborted(): Promise<ReplyOutput> {
    if (this.#context.cancellationDetails?.workerShutdown === true)
      throw ApplicationFailure.create({
        message: 'The worker stops',
        type: 'task_transient',
        category: BENIGN,
      });
    const spent = this.#client?.use.ownSpent ?? null;
    this.#note('cancelled', false);
    const amended = { text: this.#stream.text, model: modelUsage(spent).model, usage: spent };
    await this.#deps.store.conversations.amendStopped(this.#work.reply, amended);
    if (this.#context.cancellationSignal.aborted) throw new CancelledFailure('Reply stopped');
    return { status: 'stopped' };
  }

  async #failed(error: unknown): Promise<ReplyOutput> {
    const known = AppError.is(error) ? error : null;
    if (known === null) this.#deps.logger.error({ err: error, ...this.#ids() }, 'a reply failed');
    if (known?.retryable === true && this.#context.info.attempt < MOST_ATTEMPTS) {
      // Otherwise #finish does.
      this.#note('failed', false);
      const waitMs = Math.max(
        1_000 * 2 ** (this.#context.info.attempt - 1),
        1_000 * (known.retryAfterSeconds ?? 0),
      );
      // The message of such an error may repeat what a user said: the code is all that Temporal is told.
      throw ApplicationFailure.create({
        message: known.code,
        type: 'task_transient',
        category: BENIGN,
        nextRetryDelay: Math.min(waitMs, MOST_WAIT_MS),
      });
    }
    const text = known?.message ?? 'Something went wrong on the server; try again';
    return this.#finish({ ...FAILED, error: text });
  }

  /** What the attempt has used. */
  #note(outcome: UsageOutcome, isDemo: boolean): void {
    const { reply } = this.#work;
    const endedAtMs = this.#deps.now();
    this.#deps.store.usage.add([
      {
        runId: reply.replyId,
        taskId: reply.messageId,
        generation: reply.number,
        attempt: reply.attempt,
        userId: reply.userId,
        plan: reply.options.plan,
        executor: REPLY_EXECUTOR,
        ...modelUsage(this.#client?.use.ownSpent ?? null),
        isDemo,
        outcome,
        endedAtMs,
        durationMs: Math.max(0, endedAtMs - this.#startedMs),
      },
    ]);
  }

  #ids() {
    const { conversationId, messageId, replyId } = this.#work.reply;
    return { conversation_id: conversationId, message_id: messageId, reply_id: replyId };
  }
}

const BENIGN = ApplicationFailureCategory.BENIGN;

const FAILED: ReplyOutcome = {
  status: 'failed',
  text: '',
  model: null,
  exit: null,
  usage: null,
  demoReason: null,
  error: null,
};

/** A block is the work done. */
function usageOutcome(status: ReplyEnd): UsageOutcome {
  if (status === 'stopped') return 'cancelled';
  return status === 'failed' ? 'failed' : 'completed';
}

/** What the workflow calls when no attempt has come to an end: its worker was lost again and again. */
export async function giveUpReply(deps: ReplyDependencies, { replyId }: ReplyInput): Promise<void> {
  const error = 'The reply could not be written: its worker was lost too often. Regenerate it';
  await deps.store.conversations.finish(replyId, null, { ...FAILED, error });
}
