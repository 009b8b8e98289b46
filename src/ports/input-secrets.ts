/** Secret inputs of tasks: sealed for their owner, opened just before a call. Implemented by src/secrets/input-secrets.ts. */
import type { JsonValue } from '../core/json.ts';

export interface TaskOfRun {
  readonly runId: string;
  readonly taskId: string;
  readonly userId: string;
}

export interface InputSecrets {
  /** `sealed:1:…`; opens for this user's tasks only. */
  seal(userId: string, value: JsonValue): string;
  /**
   * By sealed text; what cannot be opened (another user's, or sealed under another TASKGROVE_SECRET) is absent. Rejects
   * with `unavailable` where it has to ask and gets no answer.
   */
  open(task: TaskOfRun, sealed: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
}
