/** Tasks and runs as resources: what `tasks.tree` and `runs.get` answer, under a URI an agent can keep. */
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { runsGet } from '../methods/runs-read.ts';
import { tasksList } from '../methods/tasks-query.ts';
import { tasksTree } from '../methods/tasks-read.ts';
import { callTool, type ToolCall } from './call-tool.ts';
import { methodTool } from './method-tools.ts';

const JSON_TYPE = 'application/json';
const RECENT = 50;
const list = methodTool(tasksList);
const KINDS = {
  tasks: { tool: methodTool(tasksTree), parameter: 'task_id' },
  runs: { tool: methodTool(runsGet), parameter: 'run_id' },
} as const;

export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: 'taskgrove://tasks/{task_id}',
    name: 'task',
    title: 'Task tree',
    description: 'A task with everything below it, as its latest run left it',
    mimeType: JSON_TYPE,
  },
  {
    uriTemplate: 'taskgrove://runs/{run_id}',
    name: 'run',
    title: 'Run',
    description: 'One execution of a tree',
    mimeType: JSON_TYPE,
  },
];

/** The caller's newest trees; [] where they may not be read. */
export async function recentTrees(
  about: ToolCall,
): Promise<{ uri: string; name: string; mimeType: string }[]> {
  const { structuredContent } = await callTool(list, { root_only: true, limit: RECENT }, about);
  const tasks = Array.isArray(structuredContent['result']) ? structuredContent['result'] : [];
  return tasks.filter(isJsonObject).map(({ id, name }) => ({
    uri: `taskgrove://tasks/${encodeURIComponent(String(id))}`,
    name: String(name),
    mimeType: JSON_TYPE,
  }));
}

/** null: there is no such resource, or it is somebody else's. */
export async function readResource(uri: string, about: ToolCall): Promise<JsonObject | null> {
  const match = /^taskgrove:\/\/(tasks|runs)\/([^/?#]+)$/.exec(uri);
  if (match === null) return null;
  const { tool, parameter } = KINDS[match[1] as keyof typeof KINDS];
  const answer = await callTool(tool, { [parameter]: decoded(match[2] as string) }, about);
  if (answer.isError === true) return null;
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(answer.structuredContent) }] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not escaped: an id as it stands.
    return text;
  }
}
