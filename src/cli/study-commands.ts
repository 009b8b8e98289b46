/** `taskgrove study …`: personas talk about a feature. */
import type { Command } from 'commander';
import type { Study, StudyBrief } from '../core/study/study.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { statusSymbol, styledStatus } from './status-style.ts';
import { renderStudy } from './study-view.ts';
import { renderTable, shorten } from './table.ts';
import { watchStudy } from './watch-study.ts';

const FEATURE_WIDTH = 60;

interface RunOptions {
  readonly personas: string;
  readonly feature: string;
  readonly context?: string;
  readonly turns?: number;
  readonly model?: string;
  readonly provider?: string;
  readonly demo?: boolean;
  readonly watch?: boolean;
  readonly wait: boolean;
}

export function addStudyCommands(program: Command, run: RunAction): void {
  const study = program
    .command('study')
    .description('have personas talk about a feature, and read what comes of it');
  study
    .command('run')
    .description('start a study and wait for its report')
    .requiredOption('--personas <ids>', 'who takes part, like 1,2,3')
    .requiredOption('--feature <text>', 'the feature or question they talk about')
    .option('--context <text>', 'what they should know besides')
    .option('--turns <number>', 'how often each speaks (default: 3)', integer(1))
    .option('--model <name>', 'of the provider')
    .option('--provider <name>', 'openai, anthropic, …')
    .option('--demo', 'the personas speak by rules, no model is asked')
    .option('-w, --watch', 'show what is said while it is said')
    .option('--no-wait', 'only start it')
    .action(run(runStudy));
  study
    .command('list')
    .description('studies, newest first')
    .option('--limit <number>', 'how many', integer(1), 50)
    .action(run(listStudies));
  study
    .command('show <study>')
    .description('what was said, and the report')
    .action(
      run(async (context: CliContext, id: string) =>
        printed(context, await context.client.studies.get({ study_id: id })),
      ),
    );
  study
    .command('export <study>')
    .description('the study as a document, on standard output')
    .option('--format <format>', 'md, html or json', 'md')
    .action(run(exportStudy));
  study
    .command('delete <study>')
    .description('delete a study with all that was said in it')
    .action(
      run(async (context: CliContext, id: string) => {
        const gone = await context.client.studies.delete({ study_id: id });
        show(context, gone, () => `Deleted study ${id}.\n`);
        return EXIT.ok;
      }),
    );
}

async function runStudy(context: CliContext, options: RunOptions): Promise<number> {
  const { client, io } = context;
  const { feature, context: about, turns, model, provider, demo } = options;
  const started = await client.studies.run({
    feature,
    persona_ids: personaIds(options.personas),
    ...(about === undefined ? {} : { context: about }),
    ...(turns === undefined ? {} : { turns }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(demo === true ? { use_demo: true } : {}),
  });
  const { study_id: id, run_id: runId } = started;
  if (!options.wait) {
    show(context, started, () => `Study ${id} started (run ${runId}).\n`);
    return EXIT.ok;
  }
  if (context.output === 'table') io.err(`Study ${id}\n`);
  if (options.watch === true && context.output === 'table') await watchStudy(context, client.events(runId));
  else await ended(context, runId);
  return printed(context, await client.studies.get({ study_id: id }), options.watch !== true);
}

/** Reads events until there are no more: a stream goes on where it broke off, a waiting call would not. */
async function ended({ client }: CliContext, runId: string): Promise<void> {
  for await (const event of client.events(runId)) if (event.type === 'final') return;
}

function personaIds(text: string): number[] {
  const ids = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (ids.length === 0 || ids.some((id) => !/^\d{1,9}$/.test(id)))
    throw new UsageError(`--personas takes ids separated by commas, like 1,2,3; got '${text}'`);
  return ids.map(Number);
}

async function listStudies(context: CliContext, { limit }: { limit: number }): Promise<number> {
  const found: StudyBrief[] = [];
  let cursor: string | null = null;
  do {
    const page: { studies: StudyBrief[]; next_cursor: string | null } = await context.client.studies.list({
      limit: Math.min(limit - found.length, 200),
      ...(cursor === null ? {} : { cursor }),
    });
    found.push(...page.studies);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < limit);
  show(context, found, () => studiesTable(context, found));
  return EXIT.ok;
}

function studiesTable({ colors }: CliContext, studies: readonly StudyBrief[]): string {
  if (studies.length === 0) return 'No studies.\n';
  return renderTable(
    ['STUDY', 'STATUS', 'PERSONAS', 'ROUNDS', 'BEGUN (UTC)', 'FEATURE'],
    studies.map((study) => [
      study.study_id,
      `${statusSymbol(colors, study.status)} ${styledStatus(colors, study.status)}${study.demo.active ? ' (demo)' : ''}`,
      String(study.persona_ids.length),
      String(study.turns),
      study.created_at.slice(0, 16).replace('T', ' '),
      shorten(study.feature, FEATURE_WIDTH),
    ]),
  );
}

async function exportStudy(context: CliContext, id: string, options: { format: string }): Promise<number> {
  const { format } = options;
  if (format !== 'md' && format !== 'html' && format !== 'json')
    throw new UsageError(`--format must be md, html or json, got '${format}'`);
  const { content } = await context.client.studies.export({ study_id: id, format });
  context.io.out(content.endsWith('\n') ? content : `${content}\n`);
  return EXIT.ok;
}

function printed(context: CliContext, study: Study, hasConversation = true): number {
  show(context, study, () => renderStudy(context, study, hasConversation));
  return study.status === 'completed' || study.status === 'in_progress' ? EXIT.ok : EXIT.failed;
}
