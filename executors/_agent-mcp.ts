/** Tools of MCP servers for a model: `mcp:<server>` offers all of one, `mcp:<server>/<tool>` a single one. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { secretNames } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_VARIABLE } from '../src/core/secrets/secret-field.ts';
import { type AgentContext, type AgentTool, failure, textOf, unusable } from './_agent-tools.ts';

const MCP = 'mcp:';
/** As model providers take names of functions. */
const MAX_NAME = 64;
const MAX_DESCRIPTION_CHARS = 1_000;

/** Where the servers are, by the names that tools are asked for. */
export const mcpServersSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
    z.object({
      url: z.string().optional().describe('Of a server over streamable HTTP'),
      headers: z.record(z.string(), z.string()).optional().meta(secretNames(CREDENTIAL_HEADER)),
      command: z.array(z.string()).min(1).optional().describe('Of a server that is a program, where allowed'),
      env: z.record(z.string(), z.string()).optional().meta(secretNames(CREDENTIAL_VARIABLE)),
    }),
  )
  .default({})
  .describe('MCP servers whose tools may be named: {"docs": {"url": "https://…/mcp"}}');
type McpServers = z.output<typeof mcpServersSchema>;

const listed = z.object({
  result: z.object({
    tools: z.array(
      z.object({
        name: z.string(),
        description: z.string().optional(),
        inputSchema: z.custom<JsonObject>(isJsonObject),
      }),
    ),
  }),
});

export function isMcpTool(name: string): boolean {
  return name.startsWith(MCP);
}

/**
 * Asks each server once what it has; the answer is a step, so that a resumed agent is offered the same.
 * @throws AppError `task_input_invalid` for a server or tool that is not there, and what the server's refusal was.
 */
export async function mcpTools(
  names: readonly string[],
  servers: McpServers,
  context: AgentContext,
): Promise<AgentTool[]> {
  const wanted = Map.groupBy(names, (name) => serverOf(name));
  const tools: AgentTool[] = [];
  for (const [server, asked] of wanted) {
    const { url, headers, command, env } = servers[server] ?? {};
    if (url === undefined && command === undefined)
      throw unusable(asked[0] ?? server, `mcp_servers has no '${server}' with a url or a command`);
    const target = {
      ...(command === undefined ? { transport: 'http', url: url ?? '' } : { transport: 'stdio', command }),
      ...(headers === undefined ? {} : { headers }),
      ...(env === undefined ? {} : { env }),
    };
    const all = await context.step(`mcp: what ${server} offers`, ({ runExecutor }) =>
      runExecutor('mcp_executor', { ...target, operation: 'list_tools' }),
    );
    tools.push(...offered(server, asked, all, target));
  }
  return tools;
}

function offered(server: string, asked: readonly string[], all: JsonValue, target: JsonObject): AgentTool[] {
  const found = listed.safeParse(all);
  if (!found.success)
    throw new AppError('task_failed', `The MCP server '${server}' did not say which tools it has`);
  const known = new Map(found.data.result.tools.map((tool) => [tool.name, tool]));
  const single = asked.flatMap((name) => toolOf(name) ?? []);
  const missing = single.find((name) => !known.has(name));
  if (missing !== undefined) {
    throw unusable(`${MCP}${server}/${missing}`, `the server has: ${[...known.keys()].join(', ') || 'none'}`);
  }
  const isWhole = asked.some((name) => toolOf(name) === null);
  return [...known.values()]
    .filter(({ name }) => isWhole || single.includes(name))
    .map(({ name, description, inputSchema }) => ({
      definition: {
        name: `${server}__${name}`.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_NAME),
        description: (description ?? name).slice(0, MAX_DESCRIPTION_CHARS),
        parameters: inputSchema,
      },
      call: (context, given, step) => callTool(context, { target, name, given, step }),
    }));
}

function callTool(
  { step, signal }: AgentContext,
  call: {
    readonly target: JsonObject;
    readonly name: string;
    readonly given: JsonObject;
    readonly step: string;
  },
) {
  return step(call.step, async ({ runExecutor }) => {
    const input = { ...call.target, operation: 'call_tool', tool_name: call.name, arguments: call.given };
    try {
      const answer = await runExecutor('mcp_executor', input);
      return { content: textOf(wordsIn(answer)), isOk: true };
    } catch (error) {
      if (signal.aborted || !AppError.is(error)) throw error;
      return failure(error.message);
    }
  });
}

/** What the tool said; where it gave data, the data. */
function wordsIn(answer: JsonValue): JsonValue {
  const result = isJsonObject(answer) ? answer['result'] : null;
  if (!isJsonObject(result)) return answer;
  if (isJsonObject(result['structuredContent'])) return result['structuredContent'];
  const parts = Array.isArray(result['content']) ? result['content'] : [];
  const texts = parts.flatMap((part) =>
    isJsonObject(part) && typeof part['text'] === 'string' ? part['text'] : [],
  );
  return texts.length === parts.length && texts.length > 0 ? texts.join('\n') : result;
}

function serverOf(name: string): string {
  return name.slice(MCP.length).split('/', 1)[0] ?? '';
}

/** null: all of the server's. */
function toolOf(name: string): string | null {
  const at = name.indexOf('/');
  return at < 0 ? null : name.slice(at + 1);
}
