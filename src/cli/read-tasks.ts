/** Tasks to create from a file, standard input, or the options of the command line. */
import { parse } from 'yaml';
import type { NewTask } from '../client/client.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { CliIo } from './cli-io.ts';
import { UsageError } from './exit-code.ts';
import { readSource } from './read-source.ts';

export interface TaskOptions {
  readonly file?: string;
  readonly name?: string;
  readonly executor?: string;
  readonly input?: readonly string[];
}

/** null when the options name no task at all. Throws UsageError with what is wrong. */
export async function readTasks(options: TaskOptions, io: CliIo): Promise<NewTask[] | null> {
  const isInline =
    options.name !== undefined || options.executor !== undefined || options.input !== undefined;
  if (options.file !== undefined) {
    if (isInline) throw new UsageError('Give either --file or --name, --executor and --input, not both');
    return parseTasks(await readSource(options.file, io), options.file);
  }
  if (!isInline) return null;
  if (options.executor === undefined)
    throw new UsageError('--executor is missing: taskgrove executors list shows them');
  const inputs = Object.fromEntries((options.input ?? []).map(parseInput));
  return [{ name: options.name ?? options.executor, schemas: { method: options.executor }, inputs }];
}

/** JSON, or YAML, which contains it. One task, a list, or an object with `tasks`. */
function parseTasks(text: string, path: string): NewTask[] {
  const source = path === '-' ? 'standard input' : path;
  let value: JsonValue;
  try {
    value = parse(text) as JsonValue;
  } catch (error) {
    throw new UsageError(
      `${source} is neither JSON nor YAML: ${error instanceof Error ? error.message : error}`,
    );
  }
  const list = isJsonObject(value) ? (value['tasks'] ?? [value]) : value;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isJsonObject))
    throw new UsageError(`${source} holds no tasks: give a task, a list of tasks, or {"tasks": [...]}`);
  return list as JsonObject[];
}

/** `count=3` is a number, `name=x` a text, `list=[1,2]` a list: what parses as JSON is JSON. */
function parseInput(text: string): [string, JsonValue] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--input ${text}: write it as name=value`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value) as JsonValue];
  } catch {
    // Not JSON, so it is meant as it stands.
    return [text.slice(0, at), value];
  }
}
