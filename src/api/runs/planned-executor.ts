/** What planning needs to know of an executor. */
import type { PlannedExecutor } from '../../core/task-tree/plan-run.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';

/** By id or alias; undefined when unknown. */
export function plannedExecutor(registry: ExecutorRegistry, id: string): PlannedExecutor | undefined {
  const executor = registry.find(id);
  if (executor === undefined) return undefined;
  return {
    id: executor.id,
    placement: executor.placement,
    batchable: executor.batchable === true,
    ...(executor.timeoutMs === undefined ? {} : { timeoutMs: executor.timeoutMs }),
    ...(executor.maxAttempts === undefined ? {} : { maxAttempts: executor.maxAttempts }),
    ...(executor.backoffMs === undefined ? {} : { backoffMs: executor.backoffMs }),
  };
}
