/** One tool for each executor that may run here: a call runs a tree of one task and answers its result. */
import type { AnyExecutor } from '../../core/executor.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import { tasksExecute } from '../methods/tasks-execute.ts';
import type { McpTool } from './tool.ts';

const OUTPUT = {
  type: 'object',
  properties: {
    status: { type: 'string', description: 'completed, failed, cancelled; in_progress: ask runs_get later' },
    result: { description: "The executor's result" },
    task_id: { type: 'string' },
    run_id: { type: 'string' },
    demo: { type: 'boolean', description: 'The result is canned, not real' },
    error: { type: 'string' },
  },
  required: ['status', 'result', 'task_id', 'run_id', 'demo'],
};

export function executorTools(registry: ExecutorRegistry): McpTool[] {
  return registry
    .all()
    .filter((executor) => registry.availability(executor).available)
    .map((executor) => executorTool(registry, executor));
}

function executorTool(registry: ExecutorRegistry, executor: AnyExecutor): McpTool {
  const { id, name, description, input_schema } = registry.metadata(executor);
  return {
    name: id,
    title: name,
    description: `${description} (Runs as one task; the result is kept.)`,
    inputSchema: { ...input_schema, type: 'object' },
    outputSchema: OUTPUT,
    annotations: {
      readOnlyHint: false,
      destructiveHint: executor.unsafe !== undefined,
      // Inline executors compute; the others reach out of this process.
      openWorldHint: executor.placement === 'activity',
    },
    method: tasksExecute,
    params: (inputs) => ({ tasks: [{ name, schemas: { method: id }, inputs }] }),
    answer: (result) => answerOf(result as JsonObject),
  };
}

/** The parts of an execute answer that are about the one task. */
function answerOf(given: JsonObject): JsonObject {
  const text = (name: string): JsonValue => given[name] ?? '';
  return {
    status: text('tree_status'),
    result: given['result'] ?? null,
    task_id: text('root_task_id'),
    run_id: text('run_id'),
    demo: Number(given['demo_tasks'] ?? 0) > 0,
    ...(typeof given['error'] === 'string' ? { error: given['error'] } : {}),
  };
}
