/** The executors as an executor sees them that offers them to a model. */
import type { AnyExecutor, CatalogEntry, ExecutorCatalog } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';

export function executorCatalog(registry: ExecutorRegistry): ExecutorCatalog {
  return {
    find(executorId) {
      const executor = registry.find(executorId);
      return executor === undefined ? undefined : entryOf(registry, executor);
    },
  };
}

function entryOf(registry: ExecutorRegistry, executor: AnyExecutor): CatalogEntry {
  const { id, description, placement } = executor;
  return {
    id,
    description,
    placement,
    inputSchema: registry.metadata(executor).input_schema,
    ...registry.availability(executor),
    problems: (input: JsonObject) =>
      (executor.input.safeParse(input).error?.issues ?? []).map(
        ({ path, message }) => `${path.join('.') || '(root)'}: ${message}`,
      ),
  };
}
