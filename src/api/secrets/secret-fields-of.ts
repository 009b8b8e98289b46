/** What is secret in a task's inputs and params: its executor says so. */
import type { SecretFields } from '../../core/secrets/secret-fields.ts';
import { executorIdOf, type Task } from '../../core/task.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';

/** null for tasks without secrets, without an executor, or of one that nobody knows. */
export function secretFieldsOf(
  registry: ExecutorRegistry,
  task: Pick<Task, 'params' | 'schemas'>,
): SecretFields | null {
  const executorId = executorIdOf(task);
  const executor = executorId === null ? undefined : registry.find(executorId);
  return executor === undefined ? null : registry.secretFields(executor);
}
