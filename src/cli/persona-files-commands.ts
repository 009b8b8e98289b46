/** `taskgrove personas import|export|backup|restore|backups`: personas as files. */
import { type Command, Option } from 'commander';
import type { MethodTypes } from '../client/method-types.ts';
import type { PersonaBackupState } from '../client/persona-types.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { readSource } from './read-source.ts';
import type { RunAction } from './run-action.ts';
import { renderTable } from './table.ts';

type Entries = MethodTypes['personas.import']['params']['personas'];
type Source = NonNullable<MethodTypes['personas.restore']['params']['source']>;

export function addPersonaFilesCommands(personas: Command, run: RunAction): void {
  personas
    .command('export')
    .description('those you see as personas.json, to standard output')
    .addOption(new Option('--only <which>', 'only these').choices(['shipped', 'owned']))
    .option('--with-owners', 'whose each is, for restore --file (for admins)')
    .action(run(exportPersonas));
  personas
    .command('import <file>')
    .description('make the personas of a file your own; - for standard input')
    .action(run(importPersonas));
  personas
    .command('backup')
    .description('write the backup now (for admins)')
    .addOption(
      new Option('--target <where>', 'file, or the bucket as well').choices(['file', 's3']).default('file'),
    )
    .action(run(backUp));
  personas
    .command('restore')
    .description("make everybody's personas what a backup says (for admins)")
    .addOption(
      new Option('--source <where>', 'where from').choices(['backup', 'file', 's3']).default('backup'),
    )
    .option(
      '--file <path>',
      'a file of yours instead, as export --with-owners writes it; - for standard input',
    )
    .action(run(restore));
  personas.command('backups').description('how the files are').action(run(showState));
}

async function exportPersonas(
  context: CliContext,
  { only, withOwners }: { readonly only?: 'shipped' | 'owned'; readonly withOwners?: boolean },
): Promise<number> {
  const entries = await context.client.personas.export({
    ...(only === undefined ? {} : { only }),
    ...(withOwners === true ? { with_owners: true } : {}),
  });
  show(context, entries, () => `${JSON.stringify(entries, null, 2)}\n`);
  return EXIT.ok;
}

async function importPersonas(context: CliContext, path: string): Promise<number> {
  const personas = await readEntries(context, path);
  const answer = await context.client.personas.import({ personas });
  show(
    context,
    answer,
    () =>
      `${answer.imported} imported${answer.skipped === 0 ? '' : `, ${answer.skipped} skipped: you had them`}\n`,
  );
  return EXIT.ok;
}

async function backUp(context: CliContext, { target }: { readonly target: 'file' | 's3' }): Promise<number> {
  const made = await context.client.personas.backup({ target });
  show(
    context,
    made,
    () => `${made.count} personas, ${made.bytes} bytes: ${made.path}\nsha256 ${made.sha256}\n`,
  );
  return EXIT.ok;
}

async function restore(
  context: CliContext,
  { source, file }: { readonly source: Source; readonly file?: string },
): Promise<number> {
  const from =
    file === undefined
      ? { source }
      : { personas: (await readEntries(context, file)) as Required<Entries[number]>[] };
  const done = await context.client.personas.restore(from);
  show(
    context,
    done,
    () => `${done.count} personas: ${done.added} added, ${done.changed} changed, ${done.removed} removed\n`,
  );
  return EXIT.ok;
}

async function showState(context: CliContext): Promise<number> {
  const state = await context.client.personas.backups({});
  show(context, state, () => stateText(state));
  return EXIT.ok;
}

function stateText(state: PersonaBackupState): string {
  const rows = state.files.map((file) => [
    file.path,
    file.problem === null ? file.health : `${file.health}: ${file.problem}`,
    String(file.count),
    String(file.bytes),
    file.modified_at ?? '-',
  ]);
  const s3 =
    state.s3 == null
      ? ''
      : `${state.s3.url}: ${state.s3.last_error ?? state.s3.uploaded_at ?? 'nothing yet'}\n`;
  const current = state.is_current ? 'They have every change.' : 'They do not have every change yet.';
  return `${renderTable(['FILE', 'STATE', 'PERSONAS', 'BYTES', 'WRITTEN'], rows)}${current}\n${s3}`;
}

/** The server checks the fields. */
async function readEntries(context: CliContext, path: string): Promise<Entries> {
  const name = path === '-' ? 'standard input' : path;
  let value: unknown;
  try {
    value = JSON.parse(await readSource(path, context.io));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name} is not JSON`);
  }
  if (!Array.isArray(value)) throw new UsageError(`${name} is not a list of personas`);
  return value as Entries;
}
