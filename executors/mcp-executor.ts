/** Uses the tools and resources of an MCP server: whatever speaks that protocol can be a task. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorSettings, secretNames } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_NAME, CREDENTIAL_VARIABLE } from '../src/core/secrets/secret-field.ts';
import { checkProgram } from './_check-program.ts';
import { Deadline } from './_deadline.ts';
import { filesPath } from './_files-path.ts';
import type { McpOperation } from './_mcp-call.ts';
import type { McpProgram } from './_mcp-program.ts';

const ID = 'mcp_executor';
const MAX_TIMEOUT_SECONDS = 3_600;
const MAX_BYTES = 8 * 1024 * 1024;
const STDIO_OFF =
  'MCP servers as programs of this machine are off. An operator can switch them on: set TASKGROVE_ALLOW_EXECUTORS=mcp_executor ' +
  'and TASKGROVE_COMMAND_WHITELIST to the programs that may run. MCP over http needs neither.';
/** They would have another program run in the place of the one that is allowed. */
const FORBIDDEN_ENV =
  /^(PATH|ENV|BASH_ENV|IFS|SHELLOPTS|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP)|PERL5.*|RUBY(LIB|OPT))$/i;

const text = (description: string) => z.string().nullable().default(null).describe(description);
const input = z.object({
  transport: z.enum(['stdio', 'http']).describe("Transport mode - 'stdio' or 'http' (required)"),
  operation: z
    .enum(['list_tools', 'call_tool', 'list_resources', 'read_resource'])
    .describe('MCP operation type (required)'),
  timeout: z
    .number()
    .positive()
    .max(MAX_TIMEOUT_SECONDS)
    .default(30)
    .describe('Optional timeout in seconds (default: 30.0)'),
  command: z
    .array(z.string())
    .min(1)
    .nullable()
    .default(null)
    .describe('Command to run MCP server for stdio transport (list of strings, required for stdio)'),
  env: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_VARIABLE))
    .describe('Optional environment variables dict for stdio transport'),
  cwd: text('Optional working directory for stdio transport, below the files folder of the server'),
  url: text('MCP server URL for http transport (required for http)'),
  headers: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_HEADER))
    .describe('Optional HTTP headers dict for http transport'),
  tool_name: text('Name of tool to call (required for call_tool operation)'),
  arguments: z
    .record(z.string(), z.custom<JsonValue>())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_NAME))
    .describe('Tool arguments dict (required for call_tool operation)'),
  resource_uri: text('Resource URI (required for read_resource operation)'),
});
type McpInput = z.infer<typeof input>;

export default defineExecutor({
  id: ID,
  name: 'MCP Executor',
  description: 'Interact with MCP (Model Context Protocol) servers for tool and resource access',
  tags: ['mcp', 'protocol', 'tools', 'resources'],
  type: 'mcp',
  examples: [
    'Call MCP tool',
    'List available MCP tools',
    'Read MCP resource',
    'Access external data sources via MCP',
  ],
  input,
  output: z.object({
    success: z.boolean().describe('Always true: an operation that fails fails the task'),
    operation: z.string().describe('The operation'),
    transport: z.string().describe('stdio or http'),
    result: z.custom<JsonValue>().describe('What the server answered, as the protocol has it'),
  }),
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // A tool may have an effect, and not every server knows the key: a task's policy may ask for more attempts.
  maxAttempts: 1,
  demoInput: { transport: 'http', operation: 'list_tools', url: 'https://mcp.example.com/mcp' },
  demoDelayMs: 150,
  demo({ input: given }) {
    const operation = typeof given['operation'] === 'string' ? given['operation'] : 'list_tools';
    return {
      success: true,
      operation,
      transport: typeof given['transport'] === 'string' ? given['transport'] : 'http',
      result: demoResult(operation, given),
    };
  },
  async run({ input: given, http, settings, signal, idempotencyKey, emit }) {
    const deadline = new Deadline(signal, given.timeout);
    const program = given.transport === 'stdio' ? await programOf(given, settings) : null;
    const url = program === null ? urlOf(given) : null;
    const call = {
      operation: operationOf(given),
      deadline,
      timeoutMs: Math.ceil(given.timeout * 1_000),
      maxBytes: MAX_BYTES,
      idempotencyKey,
      onProgress: emit,
    };
    const { callMcpProgram, callMcpUrl } = await import('./_mcp-call.ts');
    const result =
      program === null
        ? await callMcpUrl({ url: url as URL, headers: given.headers ?? {}, http }, call)
        : await callMcpProgram(program, call);
    return { success: true, operation: given.operation, transport: given.transport, result };
  },
});

function operationOf(given: McpInput): McpOperation {
  switch (given.operation) {
    case 'call_tool':
      return {
        kind: 'call_tool',
        name: needed(given.tool_name, 'tool_name', 'call_tool'),
        arguments: given.arguments ?? {},
      };
    case 'read_resource':
      return { kind: 'read_resource', uri: needed(given.resource_uri, 'resource_uri', 'read_resource') };
    default:
      return { kind: given.operation };
  }
}

function urlOf({ url }: McpInput): URL {
  const given = needed(url, 'url', 'transport http');
  if (URL.canParse(given)) return new URL(given);
  throw new AppError('task_failed', `'${given}' is not a valid URL. Give one like https://example.com/mcp`);
}

/** @throws AppError `executor_unavailable` unless an operator allows programs at all, and this one. */
async function programOf(given: McpInput, settings: ExecutorSettings): Promise<McpProgram> {
  if (!settings.allowedExecutors.has(ID)) throw new AppError('executor_unavailable', STDIO_OFF);
  const [program = '', ...parameters] = given.command ?? [];
  needed(program, 'command', 'transport stdio');
  checkProgram(program, settings.commandWhitelist);
  const refused = Object.keys(given.env ?? {}).find((name) => FORBIDDEN_ENV.test(name));
  if (refused !== undefined) {
    throw new AppError('task_failed', `The environment variable '${refused}' may not be set here`);
  }
  const cwd = await filesPath(settings.filesDir, given.cwd ?? '.');
  return { program, parameters, env: given.env ?? {}, cwd, maxBytes: MAX_BYTES };
}

function needed(value: string | null, name: string, use: string): string {
  if (value !== null && value !== '') return value;
  throw new AppError('task_input_invalid', `"${name}" is required for ${use}`);
}

function demoResult(operation: string, given: JsonObject): JsonValue {
  switch (operation) {
    case 'call_tool':
      return {
        content: [{ type: 'text', text: 'Demo tool execution result' }],
        structuredContent: {
          tool: given['tool_name'] ?? 'demo_tool',
          arguments: isJsonObject(given['arguments']) ? given['arguments'] : {},
          output: 'Demo tool execution result',
        },
      };
    case 'list_resources':
      return {
        resources: [
          {
            uri: 'demo://resource/1',
            name: 'Demo Resource',
            description: 'A demo resource',
            mimeType: 'text/plain',
          },
        ],
      };
    case 'read_resource': {
      const uri = typeof given['resource_uri'] === 'string' ? given['resource_uri'] : 'demo://resource/1';
      return { contents: [{ uri, mimeType: 'text/plain', text: 'Demo resource content' }] };
    }
    default:
      return {
        tools: [
          {
            name: 'demo_tool',
            description: 'Demo MCP tool',
            inputSchema: { type: 'object', properties: { input: { type: 'string' } } },
          },
        ],
      };
  }
}
