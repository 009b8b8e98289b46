/**
 * A model that works with tools until it has an answer: each answer of the model and each call of a tool is a step, so
 * that nothing of it is done twice. Used by agents and by members of crews.
 */
import { AppError } from '../src/core/errors.ts';
import type { ChatMessage, ChatRequest, ToolCall } from '../src/core/llm/chat.ts';
import { type AgentContext, type AgentTool, argumentsOf, failure } from './_agent-tools.ts';

const PREVIEW_CHARS = 300;
/** A model that asks for more at once has lost its way. */
const MAX_CALLS_A_TURN = 10;

export type ModelSettings = Pick<
  ChatRequest,
  'provider' | 'model' | 'baseUrl' | 'temperature' | 'maxTokens' | 'timeoutMs'
>;

export interface AgentWork {
  /** In front of its steps' names: who works. */
  readonly name: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly AgentTool[];
  readonly settings: ModelSettings;
  /** Most answers of the model. */
  readonly maxSteps: number;
  /** After so many answers that used tools a person is asked; absent = never. */
  readonly autonomousSteps?: number;
  /** The person's time, in seconds; absent = as long as it takes. */
  readonly personSeconds?: number | undefined;
}

export interface ToolUse {
  readonly tool: string;
  readonly arguments: string;
  readonly ok: boolean;
  /** The beginning of what it gave. */
  readonly result: string;
}

export interface AgentOutcome {
  readonly stopped: 'done' | 'max_steps' | 'rejected' | 'no_decision';
  /** The last words of the model. */
  readonly answer: string;
  readonly steps: number;
  readonly toolUses: readonly ToolUse[];
  readonly model: string | null;
}

/** Throws as models do; what goes wrong in a tool is told to the model. */
export async function runAgent(context: AgentContext, work: AgentWork): Promise<AgentOutcome> {
  const messages = [...work.messages];
  const toolUses: ToolUse[] = [];
  let answer = '';
  let model: string | null = null;
  let unseen = 0;
  const ended = (stopped: AgentOutcome['stopped'], steps: number) => ({
    stopped,
    answer,
    steps,
    toolUses,
    model,
  });
  for (let turn = 1; turn <= work.maxSteps; turn++) {
    if (context.signal.aborted) throw new AppError('task_cancelled', 'The agent was cancelled');
    if (unseen > 0 && unseen === work.autonomousSteps) {
      const decision = await askOn(context, work, { turn, toolUses });
      if (decision.kind === 'elapsed') return ended('no_decision', turn - 1);
      if (decision.kind === 'rejected') return ended('rejected', turn - 1);
      if (decision.comment) messages.push({ role: 'user', content: decision.comment });
      unseen = 0;
    }
    const said = await askModel(context, work, { messages, turn });
    [answer, model] = [said.text, said.model];
    if (said.toolCalls.length === 0) return ended('done', turn);
    messages.push({
      role: 'assistant',
      content: said.text === '' ? null : said.text,
      toolCalls: said.toolCalls,
    });
    for (const [index, call] of said.toolCalls.entries()) {
      const { content, isOk } =
        index < MAX_CALLS_A_TURN
          ? await callTool(context, work, call)
          : failure(`at most ${MAX_CALLS_A_TURN} calls at once; call it again`);
      messages.push({ role: 'tool', content, toolCallId: call.id });
      const { name: tool, arguments: given } = call;
      toolUses.push({ tool, arguments: shortened(given), ok: isOk, result: shortened(content) });
    }
    unseen++;
    context.emit(turn / work.maxSteps, `${work.name}: step ${turn}`);
  }
  return ended('max_steps', work.maxSteps);
}

function askModel(
  { step }: AgentContext,
  { name, tools, settings }: AgentWork,
  { messages, turn }: { readonly messages: readonly ChatMessage[]; readonly turn: number },
) {
  return step(turn === 1 ? name : `${name} (${turn})`, async ({ llm }) => {
    const offered = tools.map(({ definition }) => definition);
    const { text, toolCalls, model, finishReason } = await llm.chat({
      ...settings,
      messages,
      ...(offered.length === 0 ? {} : { tools: offered }),
    });
    if (finishReason === 'length' && toolCalls.length > 0)
      throw new AppError(
        'task_failed',
        "The model's call of a tool was cut at its token limit. Raise max_tokens",
      );
    return { text, toolCalls, model };
  });
}

async function callTool(context: AgentContext, { name, tools }: AgentWork, call: ToolCall) {
  const label = `${name}: ${call.name}`;
  const tool = tools.find(({ definition }) => definition.name === call.name);
  if (tool === undefined) {
    const known = tools.map(({ definition }) => definition.name).join(', ');
    return failure(`there is no tool '${call.name}'. There are: ${known || 'none'}`);
  }
  const given = argumentsOf(call.arguments);
  return typeof given === 'string' ? failure(given) : tool.call(context, given, label);
}

function askOn(
  { askPerson }: AgentContext,
  { name, personSeconds, autonomousSteps }: AgentWork,
  { turn, toolUses }: { readonly turn: number; readonly toolUses: readonly ToolUse[] },
) {
  const last = toolUses.at(-1);
  const did = last === undefined ? '' : ` Last it used ${last.tool} with ${last.arguments}.`;
  return askPerson(`${name}: may it go on after step ${turn - 1}?`, {
    message: `${name} has worked ${autonomousSteps} steps on its own.${did} May it go on?`,
    ...(personSeconds === undefined ? {} : { untilMs: Date.now() + personSeconds * 1_000 }),
  });
}

function shortened(text: string): string {
  return text.length <= PREVIEW_CHARS ? text : `${text.slice(0, PREVIEW_CHARS)}…`;
}
