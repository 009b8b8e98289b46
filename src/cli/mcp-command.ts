/**
 * `taskgrove mcp`: an MCP server on standard input and output, for programs that start their servers themselves. Every
 * message goes to the running server with the command line's credentials; nothing runs in this process.
 */
import type { Command } from 'commander';
import { RpcError, UnreachableError } from '../client/client.ts';
import type { McpSession } from '../client/forward-mcp.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { CliContext } from './cli-context.ts';
import { EXIT, explainFailure } from './exit-code.ts';
import type { RunAction } from './run-action.ts';

const PARSE_ERROR = -32700;
const NO_ANSWER = -32000;

export function addMcpCommand(program: Command, run: RunAction): void {
  program
    .command('mcp')
    .description('speak the Model Context Protocol on standard input and output, for agents')
    .action(run(serveMcp));
}

/** Until standard input ends and all that was asked is answered. */
async function serveMcp(context: CliContext): Promise<number> {
  const session = context.client.openMcpSession();
  const print = (message: JsonValue) => context.io.out(`${JSON.stringify(message)}\n`);
  /** Requests under way by their id. */
  const open = new Map<JsonValue, AbortController>();
  const working = new Set<Promise<void>>();
  for await (const line of context.io.inputLines()) {
    if (line.trim() === '') continue;
    const message = parse(line);
    if (message === null) {
      print(failure(null, PARSE_ERROR, 'Parse error: not a JSON object'));
      continue;
    }
    if (cancelled(message, open)) continue;
    const work = carry(session, message, { open, print }).finally(() => working.delete(work));
    working.add(work);
  }
  await Promise.all(working);
  return EXIT.ok;
}

/** Over HTTP a request is cancelled by hanging up. */
function cancelled({ method, params }: JsonObject, open: ReadonlyMap<JsonValue, AbortController>): boolean {
  if (method !== 'notifications/cancelled' || !isJsonObject(params)) return false;
  open.get(params['requestId'] ?? null)?.abort();
  return true;
}

interface Carrying {
  readonly open: Map<JsonValue, AbortController>;
  readonly print: (message: JsonValue) => void;
}

/** Never throws: what goes wrong is the answer. */
async function carry(session: McpSession, message: JsonObject, { open, print }: Carrying): Promise<void> {
  const { id } = message;
  const hangUp = new AbortController();
  if (id !== undefined) open.set(id, hangUp);
  try {
    for await (const answer of session.send(message, hangUp.signal)) print(answer);
  } catch (error) {
    if (id !== undefined && !hangUp.signal.aborted) print(explained(id, error));
  } finally {
    if (id !== undefined) open.delete(id);
  }
}

function explained(id: JsonValue, error: unknown): JsonObject {
  if (error instanceof RpcError) return failure(id, error.code, error.message, error.data);
  const text = error instanceof UnreachableError ? explainFailure(error)?.text : undefined;
  return failure(id, NO_ANSWER, text ?? (error instanceof Error ? error.message : String(error)));
}

function failure(id: JsonValue, code: number, message: string, data?: JsonValue): JsonObject {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function parse(line: string): JsonObject | null {
  try {
    const value = JSON.parse(line) as JsonValue;
    return isJsonObject(value) ? value : null;
  } catch {
    // Whoever writes this speaks something else; the answer says so.
    return null;
  }
}
