/** A tool call through the dispatcher, like any other call: same checks, same limits, same ownership. */
import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { StreamAnswer } from '../events/stream-answer.ts';
import type { Call } from '../method.ts';
import { rpcError } from '../rpc/error-answer.ts';
import { invoke } from '../rpc/invoke.ts';
import { startedAnswer, waitForRun } from '../runs/run-answer.ts';
import { followProgress, type Progress } from './follow-progress.ts';
import type { McpTool } from './tool.ts';

/** Just below the minute after which most clients give up. */
const WAIT_SECONDS = 50;
/** Clients that hear of progress keep waiting. */
const WAIT_WITH_PROGRESS_SECONDS = 300;

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
  const wanted = isRun
    ? { ...params, wait_seconds: waitSeconds, use_streaming: report !== null }
    : unstreamed(params);
  try {
    const result = await invoke({ call, size: about.size }, method.name, wanted);
    if (!(result instanceof StreamAnswer)) return shown(tool, result);
    return shown(tool, await followed(call, result, waitSeconds, report ?? (() => undefined)));
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return refused(rpcError(error, call.requestId) as unknown as JsonObject);
  }
}

/** Streams of other methods are no part of this protocol. */
function unstreamed(params: JsonValue): JsonValue {
  if (!isJsonObject(params)) return params;
  const { use_streaming: _streaming, ...others } = params;
  return others;
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
