/** `taskgrove tasks generate …`: a tree from a sentence, shown while it grows. `generate task-tree` of older scripts is the same. */
import type { Command } from 'commander';
import type { GenerateAnswer } from '../client/client.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import type { RunAction } from './run-action.ts';
import { renderTable, shorten } from './table.ts';

interface GenerateOptions {
  readonly save?: boolean;
  readonly demo?: boolean;
  readonly provider?: string;
  readonly model?: string;
}

const NAME_WIDTH = 50;

export function addGenerateCommand(parent: Command, name: string, run: RunAction): void {
  parent
    .command(`${name} <requirement...>`)
    .description('plan a tree from words; with -o json it is ready for tasks execute --file -')
    .option('--save', 'store it')
    .option('--demo', 'plan by rules, ask no model')
    .option('--provider <name>', 'whom to ask')
    .option('--model <name>', 'which model')
    .action(run(generate));
}

async function generate(context: CliContext, words: string[], options: GenerateOptions): Promise<number> {
  const params = {
    requirement: words.join(' '),
    ...(options.save ? { save: true } : {}),
    ...(options.demo ? { use_demo: true } : {}),
    ...(options.provider === undefined ? {} : { llm_provider: options.provider }),
    ...(options.model === undefined ? {} : { model: options.model }),
  };
  for await (const event of context.client.tasks.generate(params, { stream: true })) {
    if (event.type === 'answer') {
      show(context, event.answer, () => answerText(event.answer));
    } else if (event.type === 'plan_task') {
      // To standard error: what is piped on is the tree alone.
      context.io.err(`  + ${event.task.name} (${event.task.executor ?? 'no executor'})\n`);
    } else if (event.type === 'plan_repair') {
      context.io.err(`  planned anew:\n${event.problems.map((problem) => `    - ${problem}\n`).join('')}`);
    }
  }
  return EXIT.ok;
}

function answerText({ tasks, message, root_task_id: rootId }: GenerateAnswer): string {
  const names = new Map(tasks.map(({ id, name }) => [id, String(name)]));
  const rows = tasks.map((task) => {
    const { name, schemas, dependencies } = task as {
      name: string;
      schemas?: { method?: string };
      dependencies?: (string | { id: string })[];
    };
    const after = (dependencies ?? []).map(
      (each) => names.get(typeof each === 'string' ? each : each.id) ?? '',
    );
    return [shorten(name, NAME_WIDTH), schemas?.method ?? '-', shorten(after.join(', '), NAME_WIDTH)];
  });
  const next = rootId === undefined ? '' : `Run it: taskgrove tasks execute ${rootId} --watch\n`;
  return `${renderTable(['NAME', 'EXECUTOR', 'AFTER'], rows)}\n${message}\n${next}`;
}
