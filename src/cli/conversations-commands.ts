/** `taskgrove conversations …`: talk with a model, and look at what was said. */
import type { Command } from 'commander';
import type { Message } from '../core/conversation/message.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { forTerminal } from './for-terminal.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { sayAndWatch } from './say-and-watch.ts';
import { renderTable, shorten } from './table.ts';

const TITLE_WIDTH = 50;
const PAGE = 100;

interface NewOptions {
  readonly title?: string;
  readonly system?: string;
  readonly model?: string;
}

interface SendOptions {
  readonly model?: string;
  readonly demo?: boolean;
  readonly wait: boolean;
}

export function addConversationsCommands(program: Command, run: RunAction): void {
  const conversations = program
    .command('conversations')
    .description('talk with a model, and read what was said');
  conversations
    .command('list')
    .description('yours, newest first')
    .option('--limit <number>', 'how many', integer(1), 20)
    .action(run(listConversations));
  conversations.command('show <conversation>').description('all that was said').action(run(showConversation));
  conversations
    .command('new')
    .description('begin one; prints its id')
    .option('--title <text>', 'what it is called')
    .option('--system <text>', 'what the model is told before all else')
    .option('--model <name>', 'whom to ask')
    .action(run(newConversation));
  conversations
    .command('send <conversation> <text>')
    .description('say something, and see the reply while it is written')
    .option('--model <name>', 'whom to ask this time')
    .option('--demo', 'have the reply written by rules')
    .option('--no-wait', 'only say it')
    .action(run(send));
  conversations
    .command('delete <conversation>')
    .description('delete one with all that was said')
    .action(
      run(async (context: CliContext, id: string) => {
        const gone = await context.client.conversations.delete({ conversation_id: id });
        show(context, gone, () => `Deleted conversation ${id}.\n`);
        return EXIT.ok;
      }),
    );
}

async function listConversations(context: CliContext, { limit }: { limit: number }): Promise<number> {
  const list = [];
  let cursor: string | null = null;
  do {
    const page = await context.client.conversations.list({
      limit: Math.min(PAGE, limit - list.length),
      ...(cursor === null ? {} : { cursor }),
    });
    list.push(...page.conversations);
    cursor = page.next_cursor;
  } while (cursor !== null && list.length < limit);
  const rows = list.map((it) => [
    it.conversation_id,
    shorten(forTerminal(it.title ?? ''), TITLE_WIDTH),
    String(it.message_count),
    it.updated_at.slice(0, 16).replace('T', ' '),
  ]);
  show(context, list, () => renderTable(['ID', 'TITLE', 'MESSAGES', 'LAST'], rows));
  return EXIT.ok;
}

async function showConversation(context: CliContext, id: string): Promise<number> {
  const { client, colors } = context;
  const conversation = await client.conversations.get({ conversation_id: id });
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page = await client.messages.list({
      conversation_id: id,
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    });
    messages.push(...page.messages);
    cursor = page.next_cursor;
  } while (cursor !== null);
  show(context, { ...conversation, messages }, () =>
    messages
      .map((message) => `${colors.bold(headOf(message))}\n${forTerminal(bodyOf(message))}\n\n`)
      .join(''),
  );
  return EXIT.ok;
}

function headOf({ role, status, demo_mode, created_at }: Message): string {
  const notes = [status === 'completed' ? null : status, demo_mode ? 'demo' : null].filter(
    (note) => note !== null,
  );
  const at = created_at.slice(0, 16).replace('T', ' ');
  return `${role} · ${at}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function bodyOf({ text, exit, error }: Message): string {
  return text || (exit?.message ?? error ?? '');
}

async function newConversation(context: CliContext, options: NewOptions): Promise<number> {
  const made = await context.client.conversations.create({
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(options.system === undefined ? {} : { system_prompt: options.system }),
    ...(options.model === undefined ? {} : { model: options.model }),
  });
  show(context, made, () => `${made.conversation_id}\n`);
  return EXIT.ok;
}

async function send(context: CliContext, id: string, text: string, options: SendOptions): Promise<number> {
  const params = {
    conversation_id: id,
    text,
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.demo === true ? { use_demo: true } : {}),
  };
  if (options.wait) return sayAndWatch(context, params);
  const said = await context.client.messages.create(params);
  show(context, said, () => `${said.reply?.message_id ?? said.message.message_id}\n`);
  return EXIT.ok;
}
