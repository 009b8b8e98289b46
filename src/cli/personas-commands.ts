/** `taskgrove personas …`: simulated users, one by one. */
import { type Command, Option } from 'commander';
import { type Persona, type PersonaFields, TECH_PROFICIENCIES } from '../core/persona/persona.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { generatePersonas } from './generate-personas.ts';
import { collect, integer } from './option-values.ts';
import { addPersonaFilesCommands } from './persona-files-commands.ts';
import type { RunAction } from './run-action.ts';
import { renderTable } from './table.ts';

interface ListOptions {
  readonly search?: string;
  readonly tech?: Persona['tech_proficiency'];
  readonly only?: 'shipped' | 'owned';
  readonly limit: number;
  readonly offset: number;
}

interface FieldOptions {
  readonly name?: string;
  readonly occupation?: string;
  readonly location?: string;
  readonly tech?: Persona['tech_proficiency'];
  readonly trait?: string[];
}

const tech = () =>
  new Option('--tech <proficiency>', 'how well it gets on with technology').choices(TECH_PROFICIENCIES);

export function addPersonasCommands(program: Command, run: RunAction): void {
  const personas = program.command('personas').description('simulated users: shipped ones and your own');
  personas
    .command('list')
    .description('those you see, by number')
    .option('--search <text>', 'somewhere in what is said of it')
    .addOption(tech())
    .addOption(new Option('--only <which>', 'only these').choices(['shipped', 'owned']))
    .option('--limit <number>', 'how many', integer(1), 50)
    .option('--offset <number>', 'how many to pass over', integer(0), 0)
    .action(run(listPersonas));
  personas.command('get <id>').description('one persona in full').action(run(getPersona));
  withFields(personas.command('add').description('make one of your own')).action(run(addPersona));
  withFields(personas.command('edit <id>').description('change one of your own; what is not given stays'))
    .option('--if-version <number>', 'only when this is the newest version', integer(1))
    .action(run(editPersona));
  personas
    .command('duplicate <id>')
    .description('a copy of your own, of any you see')
    .option('--name <name>', 'of the copy')
    .action(run(duplicatePersona));
  personas.command('delete <id>').description('delete one of your own').action(run(deletePersona));
  personas
    .command('generate')
    .description('make up personas for a product (a task: with a model, or from templates)')
    .requiredOption('--product <text>', 'what it is and does')
    .option('--audience <text>', 'who it is for')
    .option('--count <number>', 'how many, up to 20', integer(1), 5)
    .option('--save', 'keep them as your own')
    .option('--demo', 'from templates')
    .action(run(generatePersonas));
  addPersonaFilesCommands(personas, run);
}

function withFields(command: Command): Command {
  return command
    .option('--name <name>', 'what it is called')
    .option('--occupation <text>', 'what it does')
    .option('--location <text>', 'where it lives')
    .addOption(tech())
    .option('--trait <text>', 'how it acts; may be repeated, and replaces those there are', collect);
}

async function listPersonas(context: CliContext, options: ListOptions): Promise<number> {
  const { search, tech: skill, only, limit, offset } = options;
  const found = await context.client.personas.list({
    limit,
    offset,
    ...(search === undefined ? {} : { q: search }),
    ...(skill === undefined ? {} : { tech_proficiency: skill }),
    ...(only === undefined ? {} : { only }),
  });
  show(context, found, () => {
    const more =
      found.total > offset + found.personas.length ? `${found.total} in all: --limit shows more\n` : '';
    return personasTable(found.personas) + more;
  });
  return EXIT.ok;
}

function personasTable(personas: readonly Persona[]): string {
  const rows = personas.map((persona) => [
    String(persona.id),
    persona.name,
    persona.occupation,
    persona.location,
    persona.tech_proficiency,
    persona.owner ?? '(shipped)',
  ]);
  return renderTable(['ID', 'NAME', 'OCCUPATION', 'LOCATION', 'TECH', 'OWNER'], rows);
}

async function getPersona(context: CliContext, id: string): Promise<number> {
  return shown(context, await context.client.personas.get({ persona_id: idOf(id) }));
}

async function addPersona(context: CliContext, options: FieldOptions): Promise<number> {
  const { name, occupation, location, tech: skill, trait = [] } = options;
  if (name === undefined || occupation === undefined || location === undefined || skill === undefined)
    throw new UsageError('Give --name, --occupation, --location and --tech');
  const fields = { name, occupation, location, tech_proficiency: skill, behavioral_traits: trait };
  return shown(context, await context.client.personas.create(fields));
}

async function editPersona(
  context: CliContext,
  id: string,
  options: FieldOptions & { readonly ifVersion?: number },
): Promise<number> {
  const { name, occupation, location, tech: skill, trait, ifVersion } = options;
  const fields: Partial<PersonaFields> = {
    ...(name === undefined ? {} : { name }),
    ...(occupation === undefined ? {} : { occupation }),
    ...(location === undefined ? {} : { location }),
    ...(skill === undefined ? {} : { tech_proficiency: skill }),
    ...(trait === undefined ? {} : { behavioral_traits: trait }),
  };
  if (Object.keys(fields).length === 0) throw new UsageError('Nothing to change: give --name, --trait …');
  const changed = await context.client.personas.update({
    persona_id: idOf(id),
    ...fields,
    ...(ifVersion === undefined ? {} : { if_version: ifVersion }),
  });
  return shown(context, changed);
}

async function duplicatePersona(
  context: CliContext,
  id: string,
  { name }: { readonly name?: string },
): Promise<number> {
  const copy = await context.client.personas.duplicate({
    persona_id: idOf(id),
    ...(name === undefined ? {} : { name }),
  });
  return shown(context, copy);
}

async function deletePersona(context: CliContext, id: string): Promise<number> {
  const gone = await context.client.personas.delete({ persona_id: idOf(id) });
  show(context, gone, () => `Deleted persona ${gone.persona_id}.\n`);
  return EXIT.ok;
}

function shown(context: CliContext, persona: Persona): number {
  show(context, persona, () => personaText(persona));
  return EXIT.ok;
}

function personaText(persona: Persona): string {
  const lines = [
    `${persona.id}  ${persona.name}`,
    `${persona.occupation}, ${persona.location}; technology: ${persona.tech_proficiency}`,
    ...persona.behavioral_traits.map((trait) => `- ${trait}`),
    persona.is_shipped
      ? 'Comes with the server: taskgrove personas duplicate makes a copy that can be changed'
      : `Of ${persona.owner}, version ${persona.version}`,
  ];
  return `${lines.join('\n')}\n`;
}

function idOf(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`'${text}' is not the number of a persona`);
  return Number(text);
}
