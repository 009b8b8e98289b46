/** `taskgrove personas generate`: runs persona_generate_executor as a task and shows what it made up. */
import type { PersonaFields } from '../core/persona/persona.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { renderTable } from './table.ts';

const LONGEST_SECONDS = 300;

export interface GenerateOptions {
  readonly product: string;
  readonly audience?: string;
  readonly count: number;
  readonly save?: boolean;
  readonly demo?: boolean;
}

export async function generatePersonas(context: CliContext, options: GenerateOptions): Promise<number> {
  const { product, audience, count, save, demo } = options;
  const inputs = {
    product,
    count,
    ...(audience === undefined ? {} : { audience }),
    ...(save === true ? { save } : {}),
  };
  const answer = await context.client.tasks.execute({
    tasks: [{ name: 'Make up personas', schemas: { method: 'persona_generate_executor' }, inputs }],
    wait_seconds: LONGEST_SECONDS,
    ...(demo === true ? { use_demo: true } : {}),
  });
  const { result } = answer;
  if (!answer.success || result === undefined || result === null) {
    context.io.err(`${answer.error ?? `Not finished yet: taskgrove tasks watch ${answer.root_task_id}`}\n`);
    return EXIT.failed;
  }
  show(context, result, () => asText(result as unknown as Made));
  return EXIT.ok;
}

interface Made {
  readonly personas: readonly (PersonaFields & { id?: number })[];
  readonly saved: boolean;
  readonly model: string | null;
}

function asText({ personas, saved, model }: Made): string {
  const rows = personas.map((persona) => [
    persona.id === undefined ? '-' : String(persona.id),
    persona.name,
    persona.occupation,
    persona.location,
    persona.tech_proficiency,
    persona.behavioral_traits.join('; '),
  ]);
  const table = renderTable(['ID', 'NAME', 'OCCUPATION', 'LOCATION', 'TECH', 'TRAITS'], rows);
  const maker = model === null ? 'Made from templates, no model was asked.' : `Made by ${model}.`;
  return `${table}${maker} ${saved ? 'They are yours now.' : 'Not saved: --save keeps them.'}\n`;
}
