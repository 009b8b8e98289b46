/**
 * The MCP server of one request: tools from the method table and the executors, resources from tasks and runs. Framing,
 * versions and notifications are the SDK's business; who may do what is the dispatcher's.
 */
import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server';
import type { JsonObject } from '../../core/json.ts';
import type { Call } from '../method.ts';
import { METHOD_TABLE } from '../method-table.ts';
import { callTool, type ToolCall } from './call-tool.ts';
import { executorTools } from './executor-tools.ts';
import { methodTool } from './method-tools.ts';
import { RESOURCE_TEMPLATES, readResource, recentTrees } from './resources.ts';
import type { McpTool } from './tool.ts';

const INSTRUCTIONS =
  'Taskgrove runs trees of tasks durably. To do one thing, call the tool of an executor. For several steps that depend on each other, call tasks_execute with `tasks`, or tasks_generate to have them planned. What is not finished when a call answers goes on: ask runs_get or tasks_tree.';
/** Tools of one page of the list: all of them, so that clients that read one page miss none. */
const PAGE_SIZE = 100;

const methodTools = METHOD_TABLE.map(methodTool);

export interface McpRequest {
  readonly call: Call;
  /** Bytes of the body. */
  readonly size: number;
  readonly pageSize?: number;
}

export function createMcpServer(request: McpRequest): Server {
  const { deps } = request.call;
  const server = new Server(
    { name: 'taskgrove', title: 'Taskgrove', version: deps.settings.version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  );
  const tools = toolsFor(request.call);

  server.setRequestHandler('tools/list', async ({ params }) => {
    const { page, nextCursor } = pageOf(tools, params?.cursor, request.pageSize ?? PAGE_SIZE);
    return { tools: page.map(listed), ...(nextCursor === null ? {} : { nextCursor }) };
  });
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool === undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    return callTool(tool, (params.arguments ?? {}) as JsonObject, toolCall(request, context));
  });
  server.setRequestHandler('resources/list', async (_request, context) => ({
    resources: await recentTrees(toolCall(request, context)),
  }));
  server.setRequestHandler('resources/templates/list', async () => ({
    resourceTemplates: RESOURCE_TEMPLATES,
  }));
  server.setRequestHandler('resources/read', async ({ params }, context) => {
    const found = await readResource(params.uri, toolCall(request, context));
    if (found === null)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Resource not found: ${params.uri}`);
    return found as { contents: { uri: string; mimeType: string; text: string }[] };
  });
  return server;
}

/** What the caller's roles do not allow is not offered. */
function toolsFor({ identity, deps }: Call): McpTool[] {
  const allowed = methodTools.filter(({ method: { auth } }) => {
    return (
      identity.isAdmin || auth.roles === undefined || auth.roles.some((role) => identity.roles.includes(role))
    );
  });
  return [...allowed, ...executorTools(deps.registry)];
}

function listed({ name, title, description, inputSchema, outputSchema, annotations }: McpTool) {
  return {
    name,
    title,
    description,
    inputSchema: inputSchema as { type: 'object' },
    outputSchema: outputSchema as { type: 'object' },
    annotations,
  };
}

/** A cursor is the number of tools seen. */
function pageOf(tools: readonly McpTool[], cursor: string | undefined, size: number) {
  const start = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(start) || start < 0 || start > tools.length)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor');
  const end = start + size;
  return { page: tools.slice(start, end), nextCursor: end < tools.length ? String(end) : null };
}

function toolCall({ call, size }: McpRequest, context: ServerContext): ToolCall {
  const { signal, _meta: meta, notify } = context.mcpReq;
  const token = meta?.progressToken;
  return {
    size,
    call: { ...call, hangUp: () => signal },
    report:
      token === undefined
        ? null
        : (progress) => {
            notify({ method: 'notifications/progress', params: { progressToken: token, ...progress } }).catch(
              // The caller has gone; the call ends by its signal.
              (error: unknown) => call.deps.logger.debug({ err: error }, 'progress not delivered'),
            );
          },
  };
}
