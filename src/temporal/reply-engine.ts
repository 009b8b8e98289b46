/** Replies over Temporal: one workflow each, started once it is stored and cancelled once it has ended in the store. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { type Reply, replyWorkflowId } from '../core/conversation/reply.ts';
import { REPLY_WORKFLOW_TYPE, type ReplyInput, TREES_QUEUE } from '../core/run-protocol.ts';
import { isoMicros } from '../core/time.ts';
import type { ReplyEngine } from '../ports/reply-engine.ts';
import type { Store } from '../ports/store.ts';

export interface ReplyEngineOptions {
  readonly client: Client;
  readonly store: Pick<Store, 'conversations'>;
  /** The worker is in this process. */
  readonly isEager: boolean;
  readonly heartbeatTimeoutMs: number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
  readonly now: () => number;
}

/** A caller is answered without knowing after this. */
const START_PATIENCE_MS = 1_000;
const CALL_TIMEOUT_MS = 5_000;
const MOST_REPLIES = 1_000;

export class TemporalReplies implements ReplyEngine {
  readonly #options: ReplyEngineOptions;

  constructor(options: ReplyEngineOptions) {
    this.#options = options;
  }

  async start(reply: Reply): Promise<void> {
    const starting = this.#start(reply).catch((error: unknown) =>
      this.#warn(error, reply, 'a reply was accepted, its start is left to the sweep'),
    );
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, START_PATIENCE_MS);
    });
    await Promise.race([starting, patience]);
    clearTimeout(timer);
  }

  async cancel(replies: readonly Reply[]): Promise<void> {
    for (const reply of replies) {
      // Behind the answer: the worker has heard of it in another way already.
      this.#call(() => this.#handle(reply).cancel()).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError))
          this.#warn(error, reply, 'the workflow of an ended reply was not cancelled');
      });
    }
  }

  /** What was accepted and has no workflow is started; what lost its workflow is ended. Returns how much. */
  async repair(settleMs: number): Promise<number> {
    const { store, now } = this.#options;
    const acceptedBefore = isoMicros(now() - settleMs);
    const active = await store.conversations.activeReplies({ acceptedBefore, limit: MOST_REPLIES });
    let repaired = 0;
    for (const reply of active) {
      const status = await this.#statusOf(reply);
      if (status === 'RUNNING') continue;
      if (status === null) await this.#start(reply);
      else await this.#end(reply, status);
      repaired++;
    }
    return repaired;
  }

  async #start(reply: Reply): Promise<void> {
    const { client, heartbeatTimeoutMs, isEager } = this.#options;
    const input: ReplyInput = { replyId: reply.replyId, heartbeatTimeoutMs };
    try {
      await this.#call(() =>
        client.workflow.start(REPLY_WORKFLOW_TYPE, {
          workflowId: replyWorkflowId(reply),
          taskQueue: TREES_QUEUE,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          requestEagerStart: isEager,
          staticSummary: `Reply ${reply.number} · ${reply.options.plan}`,
          priority: { fairnessKey: reply.userId.slice(0, 64) },
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  async #statusOf(reply: Reply): Promise<string | null> {
    try {
      return (await this.#call(() => this.#handle(reply).describe())).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Between our two looks it may have ended in the ordinary way: the store ignores a second end. */
  async #end(reply: Reply, status: string): Promise<void> {
    await this.#options.store.conversations.finish(reply.replyId, null, {
      status: 'failed',
      text: '',
      model: null,
      exit: null,
      usage: null,
      demoReason: null,
      error: `The workflow ended without finishing the reply (${status.toLowerCase()}): regenerate it`,
    });
  }

  #handle(reply: Reply) {
    return this.#options.client.workflow.getHandle(replyWorkflowId(reply));
  }

  #call<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#options.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  }

  #warn(error: unknown, reply: Reply, message: string): void {
    this.#options.logger.warn({ err: error, reply_id: reply.replyId }, message);
  }
}
