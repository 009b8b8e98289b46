/**
 * What a model may call: other executors, as `executor:<id>` (or the id alone). A tool says in words what is wrong with a
 * call, so that the model can do better. Those of MCP servers are in _agent-mcp.ts.
 */
import { AppError } from '../src/core/errors.ts';
import type { CatalogEntry, ExecutorContext } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import type { ToolDefinition } from '../src/core/llm/chat.ts';

/** More of a result would push everything else out of the model's sight. */
const MAX_RESULT_CHARS = 20_000;
const MAX_DESCRIPTION_CHARS = 1_000;

export type AgentContext = Pick<
  ExecutorContext<unknown>,
  'step' | 'askPerson' | 'executors' | 'signal' | 'emit'
>;

export interface ToolOutcome {
  /** For the model. */
  readonly content: string;
  readonly isOk: boolean;
}

export interface AgentTool {
  readonly definition: ToolDefinition;
  /** Never throws for what the model did wrong. `name`: of the step it becomes. */
  call(context: AgentContext, given: JsonObject, name: string): Promise<ToolOutcome>;
}

/** @throws AppError `task_input_invalid` naming the tool that cannot be offered. */
export function toolsNamed(names: readonly string[], { executors }: AgentContext): AgentTool[] {
  const tools = [...new Set(names)].map((name) => {
    const [kind, rest] = name.includes(':') ? split(name) : ['executor', name];
    if (kind !== 'executor') throw unusable(name, `tools of the kind '${kind}' are not known here`);
    const entry = executors.find(rest);
    if (entry === undefined) throw unusable(name, 'there is no such executor');
    if (!entry.available) throw unusable(name, `the executor is not available: ${entry.reason}`);
    if (entry.placement === 'wait') throw unusable(name, 'an executor that waits must be a task of its own');
    return executorTool(entry);
  });
  return [...new Map(tools.map((tool) => [tool.definition.name, tool])).values()];
}

function split(name: string): [string, string] {
  const at = name.indexOf(':');
  return [name.slice(0, at), name.slice(at + 1)];
}

function executorTool({ id, description, inputSchema, problems }: CatalogEntry): AgentTool {
  return {
    definition: {
      name: id,
      description: description.slice(0, MAX_DESCRIPTION_CHARS),
      parameters: inputSchema,
    },
    call: ({ step, signal }, given, name) =>
      step(name, async ({ runExecutor }) => {
        const wrong = problems(given);
        if (wrong.length > 0) return failure(`Invalid arguments for ${id}:\n- ${wrong.join('\n- ')}`);
        try {
          return { content: textOf(await runExecutor(id, given)), isOk: true };
        } catch (error) {
          if (signal.aborted || !AppError.is(error)) throw error;
          return failure(error.message);
        }
      }),
  };
}

/** What a call of a tool gives that could not be made. */
export function failure(problem: string): ToolOutcome {
  return { content: `Error: ${problem}`, isOk: false };
}

/** The arguments as an object; a text says what is wrong with them. */
export function argumentsOf(text: string): JsonObject | string {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return isJsonObject(value) ? value : 'the arguments must be a JSON object';
  } catch (error) {
    if (error instanceof SyntaxError) return `the arguments are not valid JSON (${error.message})`;
    throw error;
  }
}

/** As a model reads it, cut where it is long. */
export function textOf(result: JsonValue): string {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  if (text.length <= MAX_RESULT_CHARS) return text;
  return `${text.slice(0, MAX_RESULT_CHARS)}\n[cut: ${text.length} characters in all]`;
}

export function unusable(name: string, why: string): AppError {
  return new AppError('task_input_invalid', `Tool '${name}' cannot be offered: ${why}`);
}
