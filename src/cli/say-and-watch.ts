/** Says something in a conversation and prints the reply while it is written. */
import type { StreamEvent } from '../client/client.ts';
import type { Message } from '../core/conversation/message.ts';
import { isJsonObject } from '../core/json.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { forTerminal } from './for-terminal.ts';

interface Said {
  readonly conversation_id: string;
  readonly text: string;
}

/** Exit code 1 when the reply came to nothing. */
export async function sayAndWatch(context: CliContext, params: Said): Promise<number> {
  const { client, io, output } = context;
  const { conversation_id } = params;
  const { last_event_id: lastEventId } = await client.conversations.get({ conversation_id });
  const said = await client.messages.create(params);
  if (said.reply === null) return EXIT.ok;
  const watched = said.reply.message_id;
  let shown = '';
  for await (const event of client.conversations.events(conversation_id, { lastEventId })) {
    if (event.data['message_id'] !== watched) continue;
    if (output === 'table') shown = print(context, event, shown);
    const message = event.data['message'];
    if (!isJsonObject(message) || ['pending', 'streaming'].includes(String(message['status']))) continue;
    const ended = message as unknown as Message;
    show(context, { ...said, reply: ended }, () => '');
    if (output === 'table') endOf(context, ended, shown);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  }
  io.err('The conversation was deleted.\n');
  return EXIT.failed;
}

/** What is on the screen afterwards. What was printed cannot be taken back: a new beginning goes on a new line. */
function print({ io }: CliContext, { type, data }: StreamEvent, shown: string): string {
  const { offset, text } = data;
  if (type !== 'message_delta' || typeof text !== 'string' || typeof offset !== 'number') return shown;
  if (offset >= shown.length) {
    io.out(forTerminal(text));
    return shown + text;
  }
  const now = shown.slice(0, offset) + text;
  if (!now.startsWith(shown)) io.out(`\n\n${forTerminal(now)}`);
  else io.out(forTerminal(now.slice(shown.length)));
  return now;
}

function endOf({ io, colors }: CliContext, message: Message, shown: string): void {
  const { text, status, exit, error } = message;
  if (text.startsWith(shown)) io.out(`${forTerminal(text.slice(shown.length))}\n`);
  else io.out('\n');
  if (message.demo_mode) io.err(colors.dim(`(demo: ${message.demo_reason})\n`));
  if (status === 'blocked') io.err(`The reply was blocked: ${exit?.message ?? 'not safe'}\n`);
  if (status === 'failed') io.err(`The reply failed: ${forTerminal(error ?? '')}\n`);
  if (status === 'stopped') io.err('The reply was stopped.\n');
}
