/** Gathers what a task runs with: its executor, its definition, its dependencies' results and the injected inputs. */
import type { AnyExecutor } from '../core/executor.ts';
import { injectResults } from '../core/inject-results.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { PlanTask } from '../core/plan.ts';
import type { Generations } from '../core/run-protocol.ts';
import type { SecretFields } from '../core/secrets/secret-fields.ts';
import { dependencyId, executorIdOf, type TaskRecord } from '../core/task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { RunEntry } from './run-memory.ts';

export interface ResolvedTask {
  readonly planned: PlanTask;
  readonly definition: TaskRecord;
  readonly executorId: string | null;
  readonly executor: AnyExecutor | undefined;
  readonly dependencies: ReadonlyMap<string, JsonValue>;
  /** As stored, with what dependencies injected: secrets still sealed. */
  readonly inputs: JsonObject;
  /** null: its executor has no secret inputs. */
  readonly secrets: SecretFields | null;
}

const AGGREGATE = 'aggregate_results_executor';

export async function resolveTask(
  deps: ActivityDependencies,
  entry: RunEntry,
  index: number,
  generations: Generations,
): Promise<ResolvedTask> {
  const planned = entry.context.plan.tasks[index] as PlanTask;
  const definition = await deps.memory.definition(entry, planned.id);
  const executorId = executorIdOf(definition);
  const executor = executorId === null ? undefined : deps.registry.find(executorId);
  const results = await dependencyResults(deps, entry, definition, generations);
  const inputs =
    results.length === 0
      ? definition.stored_inputs
      : injectResults({
          storedInputs: definition.stored_inputs,
          dependencies: results,
          inputProperties: executor === undefined ? [] : deps.registry.inputProperties(executor),
          isAggregate: executor?.id === AGGREGATE,
        });
  const dependencies = new Map(results.map(({ id, result }) => [id, result ?? null]));
  const secrets = executor === undefined ? null : deps.registry.secretFields(executor);
  return { planned, definition, executorId, executor, dependencies, inputs, secrets };
}

interface DependencyResult {
  readonly id: string;
  readonly result: JsonValue | null;
  readonly outputProperties: readonly string[];
}

/** Results of completed dependencies in their order; those that did not complete are absent. */
async function dependencyResults(
  deps: ActivityDependencies,
  entry: RunEntry,
  definition: TaskRecord,
  generations: Generations,
): Promise<DependencyResult[]> {
  const ids = definition.dependencies.map(dependencyId);
  if (ids.length === 0) return [];
  const inside = ids.filter((id) => entry.indexOf.has(id));
  const outside = ids.filter((id) => !entry.indexOf.has(id));
  const outcomes = await deps.memory.outcomes(entry, inside, generations);
  await deps.memory.definitions(entry, ids);
  const results: DependencyResult[] = [];
  for (const id of ids) {
    const outcome = outcomes.get(id);
    const finished = outside.includes(id) ? entry.definitions.get(id) : undefined;
    const isCompleted = outcome?.status === 'completed' || finished?.status === 'completed';
    if (!isCompleted) continue;
    const result = outcome === undefined ? (finished?.result ?? null) : outcome.result;
    results.push({ id, result, outputProperties: outputProperties(deps, entry.definitions.get(id)) });
  }
  return results;
}

function outputProperties(deps: ActivityDependencies, definition: TaskRecord | undefined): readonly string[] {
  const executorId = definition === undefined ? null : executorIdOf(definition);
  const executor = executorId === null ? undefined : deps.registry.find(executorId);
  return executor === undefined ? [] : deps.registry.outputProperties(executor);
}
