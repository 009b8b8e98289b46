/** Holds a plan against the rules of `tasks.create` and against the executors it names. */
import { AppError } from '../../core/errors.ts';
import { uuidV4 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { executorIdOf, type TaskRecord } from '../../core/task.ts';
import { validateTree } from '../../core/task-tree/validate-tree.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { Plan } from './plan-schema.ts';

export interface CheckedPlan {
  /** Rows of the new tree; [] when there are problems. */
  readonly tasks: readonly TaskRecord[];
  /** A sentence each, naming the task. */
  readonly problems: readonly string[];
}

export function checkPlan(
  plan: Plan,
  registry: ExecutorRegistry,
  owner: { readonly userId: string; readonly now: string },
): CheckedPlan {
  let tasks: TaskRecord[];
  try {
    tasks = validateTree(plan.tasks.map(draftOf), { ...owner, isAdmin: false, newId: uuidV4 });
  } catch (error) {
    if (!AppError.is(error) || error.code !== 'invalid_params') throw error;
    return { tasks: [], problems: [error.message] };
  }
  const problems = tasks.flatMap((task) => executorProblems(task, registry));
  return problems.length > 0 ? { tasks: [], problems } : { tasks, problems };
}

function draftOf({
  name,
  executor,
  inputs,
  parent,
  depends_on,
  priority,
}: Plan['tasks'][number]): JsonObject {
  return {
    name,
    inputs: inputs ?? {},
    dependencies: depends_on ?? [],
    priority: priority ?? 1,
    schemas: executor === null ? {} : { method: executor },
    ...(parent == null || parent === '' ? {} : { parent_id: parent }),
  };
}

/** Inputs that a dependency may still bring are not missed. */
function executorProblems(task: TaskRecord, registry: ExecutorRegistry): string[] {
  const id = executorIdOf(task);
  if (id === null)
    return task.has_children ? [] : [`Task '${task.name}': names no executor and has no children`];
  const executor = registry.find(id);
  if (executor === undefined) return [`Task '${task.name}': unknown executor '${id}'`];
  const { available, reason } = registry.availability(executor);
  if (!available) return [`Task '${task.name}': executor '${id}' is not available (${reason})`];
  const { error } = executor.input.safeParse(task.inputs);
  const isFed = task.dependencies.length > 0;
  return (error?.issues ?? [])
    .filter(({ path }) => !isFed || (path[0] !== undefined && Object.hasOwn(task.inputs, path[0])))
    .map(({ path, message }) => `Task '${task.name}': inputs.${path.join('.') || '(root)'}: ${message}`);
}
