/** Who may trigger a task without being signed in: whoever can sign for it. Implemented by src/secrets/trigger-secrets.ts. */
import type { TaskRecord } from '../core/task.ts';

/** A signature as it came, unchecked. */
export type TriggerSignature = {
  readonly signature: string;
  /** Unix seconds, as text. */
  readonly timestamp: string;
  /** What the two are called where they came from, for refusals. */
  readonly fields: { readonly signature: string; readonly timestamp: string };
} & (
  | { readonly kind: 'hmac' }
  /** `id`: of the message, the same when it is sent again. */
  | { readonly kind: 'standard-webhooks'; readonly id: string }
);

export type TriggeredTask = Pick<TaskRecord, 'id' | 'user_id' | 'created_at'>;

export interface TriggerSecrets {
  /** Makes the task a secret of its own; the one before it stays good for `keepPreviousMs`. It cannot be read again. */
  issue(task: TriggeredTask, keepPreviousMs: number): Promise<string>;
  /** Whether there was one. */
  revoke(task: TriggeredTask): Promise<boolean>;
  /**
   * Throws `unauthorized` unless the body was signed for this task within the last five minutes. null (there is no such
   * task): under the server's secret only, so that callers cannot tell.
   */
  verify(signature: TriggerSignature, body: Uint8Array, task: TriggeredTask | null): Promise<void>;
}
