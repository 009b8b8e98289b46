/** `GET /api/executors/metadata` and `/{id}`: what executors there are and what they take. */
import type { AnyExecutor } from '../../core/executor.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

export function allExecutorsRoute(registry: ExecutorRegistry): ApiMiddleware {
  return function allExecutors(context) {
    const executors = Object.fromEntries(
      registry.all().map((executor) => [executor.id, shown(registry, executor)]),
    );
    context.body = { executors, count: Object.keys(executors).length };
    context.set('Content-Type', 'application/json');
  };
}

export function oneExecutorRoute(registry: ExecutorRegistry): ApiMiddleware {
  return function oneExecutor(context) {
    const { params } = context as ApiContext & { params: { id: string } };
    const executor = registry.find(params.id);
    if (executor === undefined) {
      context.status = 404;
      context.type = 'text/plain; charset=utf-8';
      context.body = `Executor '${params.id}' not found`;
      return;
    }
    context.body = { ...shown(registry, executor) };
    context.set('Content-Type', 'application/json');
  };
}

/** `type` stands only where an executor has one, as existing clients expect. */
function shown(registry: ExecutorRegistry, executor: AnyExecutor) {
  const { type, ...metadata } = registry.metadata(executor);
  return type === null ? metadata : { ...metadata, type };
}
