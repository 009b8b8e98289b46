/** Finds executors. Implemented by src/registry. */
import type { AnyExecutor, ExecutorMetadata } from '../core/executor.ts';
import type { SecretFields } from '../core/secrets/secret-fields.ts';

export interface Availability {
  readonly available: boolean;
  /** Why not, and how to change it. */
  readonly reason: string | null;
}

export interface ExecutorRegistry {
  /** By id or alias; undefined when unknown. */
  find(executorId: string): AnyExecutor | undefined;
  /** In stable order by id. */
  all(): readonly AnyExecutor[];
  availability(executor: AnyExecutor): Availability;
  metadata(executor: AnyExecutor): ExecutorMetadata;
  /** JSON Schema of the output, for result injection. */
  outputProperties(executor: AnyExecutor): readonly string[];
  inputProperties(executor: AnyExecutor): readonly string[];
  /** What is secret in the inputs and params of its tasks; null for executors without secrets. A look into a map. */
  secretFields(executor: AnyExecutor): SecretFields | null;
}
