/** A tool call through the dispatcher, like any other call: same checks, same limits, same ownership. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { StreamAnswer } from '../events/stream-answer.ts';
import type { Call } from '../method.ts';
import { METHOD_TABLE, scopeOf } from '../method-table.ts';
import { dispatch, type RpcScope } from '../rpc/dispatch.ts';
import { startedAnswer, waitForRun } from '../runs/run-answer.ts';
import { followProgress, type Progress } from './follow-progress.ts';
import type { McpTool } from './tool.ts';

/** Just below the minute after which most clients give up. */
const WAIT_SECONDS = 50;
/** Clients that hear of progress keep waiting. */
const WAIT_WITH_PROGRESS_SECONDS = 300;

const scopes: Readonly<Record<'tasks' | 'system', RpcScope>> = {
  tasks: scopeOf('tasks', METHOD_TABLE),
  system: scopeOf('system', METHOD_TABLE),
};

export interface ToolCall {
  readonly call: Call;
  /** Bytes of the request's body. */
  readonly size: number;
  /** null: the caller does not want to hear of it. */
  readonly report: ((progress: Progress) => void) | null;
}

/** `CallToolResult` of the protocol. */
export type ToolResult = {
  content: { type: 'text'; text: string }[];
  structuredContent: JsonObject;
  isError?: true;
};

export async function callTool(tool: McpTool, given: JsonObject, about: ToolCall): Promise<ToolResult> {
  const { method } = tool;
  const { call, report } = about;
  const params = tool.params(given);
  const isRun = method.name === 'tasks.execute' && isJsonObject(params);
  const waitSeconds = isRun ? waitOf(params, report !== null) : 0;
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: method.name,
    params: isRun ? { ...params, wait_seconds: waitSeconds, use_streaming: report !== null } : params,
  };
  const outcome = await dispatch(scopes[method.scope], { body, size: about.size, call });
  if (outcome.kind === 'nothing') throw new Error('A request with an id is always answered');
  if (outcome.kind === 'stream')
    return shown(tool, await followed(call, outcome.stream, waitSeconds, report ?? (() => undefined)));
  const { result, error } = outcome.body as { result?: JsonValue; error?: JsonObject };
  return error === undefined ? shown(tool, result ?? null) : refused(error);
}

function waitOf(params: JsonObject, hasProgress: boolean): number {
  const given = params['wait_seconds'];
  if (typeof given === 'number') return given;
  return hasProgress ? WAIT_WITH_PROGRESS_SECONDS : WAIT_SECONDS;
}

/** What an execute without a stream would have answered. */
async function followed(
  call: Call,
  { run, first }: StreamAnswer,
  waitSeconds: number,
  report: (progress: Progress) => void,
): Promise<JsonValue> {
  const left = call.startedAt + waitSeconds * 1_000 - call.deps.clock.now();
  if (left > 0) await followProgress(call, run, left, report);
  const summary = await waitForRun(call, run, waitSeconds);
  const webhookUrl = typeof first['webhook_url'] === 'string' ? first['webhook_url'] : null;
  const answer = { ...startedAnswer(run, summary, webhookUrl), quota_info: first['quota_info'] };
  return answer as unknown as JsonValue;
}

function shown(tool: McpTool, result: JsonValue): ToolResult {
  // A tree that failed is an answer to people and a failure to a model, which should look at the reason.
  const hasFailed = isJsonObject(result) && result['success'] === false;
  const answer = tool.answer(result);
  return {
    ...textOf(JSON.stringify(answer)),
    structuredContent: answer,
    ...(hasFailed ? { isError: true } : {}),
  };
}

function refused(error: JsonObject): ToolResult {
  const { message, data } = error;
  const detail = typeof data === 'string' ? data : JSON.stringify(data ?? null);
  return { ...textOf(`${String(message)}: ${detail}`), structuredContent: { error }, isError: true };
}

function textOf(text: string): Pick<ToolResult, 'content'> {
  return { content: [{ type: 'text', text }] };
}
