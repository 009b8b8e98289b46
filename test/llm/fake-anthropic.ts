/** The part of the fake provider that speaks Anthropic's Messages API: errors, whole answers, and streams of events. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay, setImmediate as flushed } from 'node:timers/promises';
import type { FakeProviderOptions, SeenCall } from './fake-provider.ts';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

export function anthropicError(status: number, message: string): object {
  return { type: 'error', error: { type: TYPES[status] ?? 'api_error', message }, request_id: 'req_fake' };
}

type Block =
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

/** `text` is what it says; where JSON is wanted it goes into the tool that takes the final answer. */
export async function writeAnthropic(
  call: SeenCall,
  mode: string,
  response: ServerResponse,
  text: string,
  options: FakeProviderOptions,
): Promise<void> {
  const content = contentFor(call, mode, text);
  const calls = content.some(({ type }) => type === 'tool_use');
  const stop_reason = mode === 'length' ? 'max_tokens' : calls ? 'tool_use' : 'end_turn';
  const usage = {
    input_tokens: Math.ceil(JSON.stringify(call.body.messages).length / 4),
    output_tokens: text.split(' ').length,
    cache_read_input_tokens: mode === 'cached' ? 7 : 0,
    cache_creation_input_tokens: mode === 'cached' ? 5 : 0,
  };
  const message = { id: 'msg_fake', type: 'message', role: 'assistant', model: `${call.model}-2026` };
  if (!call.isStreamed || mode === 'whole') {
    if (mode === 'slow') await delay((options.wordMs ?? 20) * text.split(' ').length);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(mode === 'empty' ? { type: 'message' } : { ...message, content, stop_reason, usage }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const send = (type: string, fields: object = {}) =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send('message_start', {
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  });
  send('ping');
  for (const [index, block] of content.entries())
    if (!(await writeBlock(mode, { index, block }, response, send, options))) return;
  send('message_delta', { delta: { stop_reason }, usage: { output_tokens: usage.output_tokens } });
  send('message_stop');
  response.end();
}

function contentFor({ body }: SeenCall, mode: string, text: string): Block[] {
  const thinking = { type: 'thinking', thinking: 'Let me think' } as const;
  if (mode === 'tools') {
    return [thinking, { type: 'tool_use', id: 'call_1', name: 'look_up', input: { word: 'tree' } }];
  }
  const last = body.tools?.at(-1);
  if (!/final answer/.test(last?.description ?? '')) return [thinking, { type: 'text', text }];
  const before: Block[] = mode === 'talkative' ? [{ type: 'text', text: 'Here it comes.' }] : [];
  const value = JSON.parse(text) as object;
  const input = last.input_schema.properties?.value === undefined ? value : { value };
  return [...before, { type: 'tool_use', id: 'call_answer', name: last.name, input }];
}

/** false: the stream stops here. */
async function writeBlock(
  mode: string,
  { index, block }: { index: number; block: Block },
  response: ServerResponse,
  send: (type: string, fields?: object) => void,
  options: FakeProviderOptions,
): Promise<boolean> {
  const empty = { thinking: { thinking: '' }, text: { text: '' }, tool_use: { input: {} } }[block.type];
  send('content_block_start', { index, content_block: { ...block, ...empty } });
  const delta = (fields: object) => send('content_block_delta', { index, delta: fields });
  if (block.type === 'thinking') delta({ type: 'thinking_delta', thinking: block.thinking });
  if (block.type === 'tool_use') {
    const json = JSON.stringify(block.input);
    for (const part of ['', json.slice(0, 8), json.slice(8)])
      delta({ type: 'input_json_delta', partial_json: part });
  }
  if (block.type === 'text') {
    for (const [place, word] of (block.text.match(/\S+\s*/g) ?? []).entries()) {
      if (place === 2 && mode === 'hang-mid') return false;
      if (place === 2 && mode === 'stream-error') {
        send('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
        response.end();
        return false;
      }
      if (place === 2 && mode === 'cut') {
        // The words before are on their way first.
        await flushed();
        response.destroy();
        return false;
      }
      if (mode === 'slow') await delay(options.wordMs ?? 20);
      if (response.destroyed) return false;
      delta({ type: 'text_delta', text: word });
    }
  }
  send('content_block_stop', { index });
  return true;
}
