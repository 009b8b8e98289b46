/** `taskgrove models …`: the catalogue, and which model a question would go to. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { MethodTypes } from '../client/client.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import type { RunAction } from './run-action.ts';
import { renderTable } from './table.ts';

type RouteOptions = Pick<MethodTypes['models.route']['params'], 'goal' | 'complexity'>;

const GOALS = ['balanced', 'cost', 'speed', 'quality', 'privacy'];
const COMPLEXITIES = ['trivial', 'simple', 'moderate', 'complex', 'expert'];

export function addModelsCommands(program: Command, run: RunAction): void {
  const models = program
    .command('models')
    .description('language models: what there is, and how they are chosen');
  models
    .command('list')
    .description('the catalogue with prices in dollars a million tokens')
    .option('--available', 'only those there is a key for')
    .action(run(listModels));
  models
    .command('route [question...]')
    .description('which model a question would go to, and why; asks none')
    .addOption(new Option('--goal <goal>', 'what matters').choices(GOALS))
    .addOption(new Option('--complexity <degree>', 'of the question').choices(COMPLEXITIES))
    .action(run(routeModel));
}

async function listModels(context: CliContext, options: { readonly available?: boolean }): Promise<number> {
  const found = await context.client.models.list(options.available ? { available: true } : {});
  const { colors } = context;
  const rows = found.models.map((each) => [
    `${each.provider}/${each.model}`,
    each.available ? colors.green('yes') : colors.yellow(each.reason ?? 'no'),
    each.price_nano_usd === null ? '?' : dollars(each.price_nano_usd.input),
    each.price_nano_usd === null ? '?' : dollars(each.price_nano_usd.output),
    `${each.latency_ms} ms${each.latency_measured ? '' : ' (typical)'}`,
  ]);
  show(
    context,
    found,
    () =>
      `${renderTable(['MODEL', 'AVAILABLE', 'IN', 'OUT', 'TIME'], rows)}\nPrices as of ${found.prices_as_of}\n`,
  );
  return EXIT.ok;
}

/** Nano-dollars a token are thousandths of a dollar a million tokens. */
function dollars(nanoDollars: number): string {
  return String(nanoDollars / 1_000);
}

async function routeModel(context: CliContext, words: string[], options: RouteOptions): Promise<number> {
  const prompt = words.join(' ');
  const answer = await context.client.models.route({ ...options, ...(prompt === '' ? {} : { prompt }) });
  show(context, answer, () => {
    const { selection, reasons, fallbacks } = answer;
    const chosen = selection === null ? 'no model' : `${selection.provider}/${selection.model}`;
    const others = fallbacks.map(({ provider, model }) => `${provider}/${model}`);
    const then = others.length === 0 ? '' : `then ${others.join(', ')}\n`;
    return `${chosen}\n${then}${reasons.map((reason) => `  - ${reason}\n`).join('')}`;
  });
  return EXIT.ok;
}
