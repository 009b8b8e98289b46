/** `taskgrove keys …`: API keys for programs. */
import type { Command } from 'commander';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { collect, integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { renderTable } from './table.ts';

interface CreateOptions {
  readonly user?: string;
  readonly role?: readonly string[];
  readonly plan?: string;
  readonly days?: number;
}

export function addKeysCommands(program: Command, run: RunAction): void {
  const keys = program.command('keys').description('API keys for programs');
  keys
    .command('create <name>')
    .description('make a key; it is shown this once')
    .option('--user <id>', 'whose key it is (for admins)')
    .option('--role <role>', 'user, reviewer or admin; may be repeated', collect)
    .option('--plan <plan>', 'free, premium or internal')
    .option('--days <number>', 'how long it is good; for ever when not given', integer(1))
    .action(run(createKey));
  keys.command('list').description('keys, newest first').action(run(listKeys));
  keys.command('revoke <id>').description('make a key useless').action(run(revokeKey));
}

async function createKey(context: CliContext, name: string, options: CreateOptions): Promise<number> {
  const made = await context.client.keys.create({
    name,
    ...(options.user === undefined ? {} : { user_id: options.user }),
    ...(options.role === undefined ? {} : { roles: [...options.role] }),
    ...(options.plan === undefined ? {} : { plan: options.plan }),
    ...(options.days === undefined ? {} : { expires_in_days: options.days }),
  });
  show(
    context,
    made,
    () =>
      `${made.key}\n\nThis is the only time it is shown. Revoke it: taskgrove keys revoke ${made.key_id}\n`,
  );
  return EXIT.ok;
}

async function listKeys(context: CliContext): Promise<number> {
  const keys = await context.client.keys.list({});
  const rows = keys.map((key) => [
    key.key_id,
    `${key.hint}…`,
    key.name,
    key.user_id,
    key.roles.join(','),
    key.revoked_at !== null ? 'revoked' : (key.expires_at?.slice(0, 10) ?? 'never'),
  ]);
  show(context, keys, () => renderTable(['ID', 'KEY', 'NAME', 'USER', 'ROLES', 'ENDS'], rows));
  return EXIT.ok;
}

async function revokeKey(context: CliContext, id: string): Promise<number> {
  const key = await context.client.keys.revoke({ key_id: id });
  show(context, key, () => `Revoked ${key.key_id} (${key.name}).\n`);
  return EXIT.ok;
}
