/** LLM keys that users bring: kept sealed, opened just before a call. Implemented by src/secrets/llm-keys.ts. */
import type { LlmKey } from '../core/llm/llm-key.ts';
import type { RunLlmKeys } from '../core/llm/run-keys.ts';
import type { SecretRow } from './secret-store.ts';

export interface OpenedKeys {
  /** The key that came with the run's request. */
  readonly header: LlmKey | null;
  readonly stored: readonly LlmKey[];
}

export interface RunOfUser {
  readonly runId: string;
  readonly userId: string;
}

export interface LlmKeys {
  /** The row that goes into the accept transaction of a run whose request brought a key. */
  sealForRun(run: RunOfUser, key: LlmKey): SecretRow;
  /** Throws `llm_key_expired` when the run's key has had its time. */
  openForRun(run: RunOfUser, keys: RunLlmKeys): Promise<OpenedKeys>;
  ofUser(userId: string): Promise<readonly LlmKey[]>;
  /** Providers the user has a key for. */
  providersOf(userId: string): Promise<readonly string[]>;
  set(userId: string, key: LlmKey): Promise<void>;
  /** Whether there was one. */
  delete(userId: string, provider: string | null): Promise<boolean>;
}
