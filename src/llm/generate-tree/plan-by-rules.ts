/**
 * A plan without a model: the requirement is cut into steps, each goes to the executor whose metadata shares most words
 * with it. Knows no meaning, so whoever shows the plan must say that it is a demo.
 */
import type { AnyExecutor } from '../../core/executor.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { Plan } from './plan-schema.ts';
import { usable } from './prompt.ts';

const AGGREGATE = 'aggregate_results_executor';
const FALLBACK = 'llm_executor';
const MOST_STEPS = 10;
const NAME_CHARACTERS = 60;
/** Words that stand in every requirement and tell nothing. */
const EMPTY_WORDS = new Set(
  'a an and any as at be by can do for from get give in into is it its make me my of on or our please show some task tasks that the their them then this to use using want with you your'.split(
    ' ',
  ),
);
/** How much a shared word counts, by where it stands. */
const WEIGHTS = { name: 3, tags: 3, description: 1, examples: 2 } as const;

type PlannedTask = Plan['tasks'][number];

export function planByRules(given: string, registry: ExecutorRegistry): Plan {
  // Names and inputs are made of it, and neither may hold what no database stores.
  const requirement = given.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, ' ');
  const executors = usable(registry).filter(({ id, placement }) => id !== AGGREGATE && placement !== 'wait');
  const steps = stepsOf(requirement);
  const names = new Set<string>();
  const tasks = steps.map(({ text, isAfterPrevious }, index): PlannedTask => {
    const executor = bestFor(text, executors, registry);
    return {
      name: uniqueName(text, names),
      executor: executor?.id ?? null,
      inputs: executor === undefined ? {} : inputsFor(executor, text, requirement),
      depends_on: isAfterPrevious && index > 0 ? [nameAt(names, index - 1)] : [],
    };
  });
  return tasks.length === 1 ? { tasks } : underRoot(tasks, names, registry);
}

/** "First …, then …": what follows a "then" waits for what stands before it. */
function stepsOf(requirement: string): { text: string; isAfterPrevious: boolean }[] {
  const steps: { text: string; isAfterPrevious: boolean }[] = [];
  const parts = requirement.split(
    /\s*(?:[;\n]|[.!?](?=\s|$)|,?\s+(?=(?:and )?(?:then|afterwards|finally)\b)|,|\band\b)\s*/i,
  );
  for (const part of parts) {
    const isAfterPrevious = /^(?:and )?(?:then|afterwards|finally)\b/i.test(part);
    const text = part.replace(/^(?:and )?(?:then|afterwards|finally|first)\b[\s,:]*/i, '').trim();
    if (wordsOf(text).length === 0) continue;
    steps.push({ text, isAfterPrevious });
    if (steps.length === MOST_STEPS) break;
  }
  return steps.length > 0 ? steps : [{ text: requirement.trim(), isAfterPrevious: false }];
}

/** The one with the most shared words; a model, where there is one, for what fits none. */
function bestFor(text: string, executors: readonly AnyExecutor[], registry: ExecutorRegistry) {
  if (/https?:\/\//i.test(text)) {
    const isPage = /\b(page|site|website|article|scrape|read|summar)/i.test(text);
    const found = executors.find(({ id }) => id === (isPage ? 'scrape_executor' : 'rest_executor'));
    if (found !== undefined) return found;
  }
  const words = new Set(wordsOf(text));
  let best: AnyExecutor | undefined;
  let bestScore = 0;
  for (const executor of executors) {
    const score = scoreOf(words, executor);
    if (score > bestScore) [best, bestScore] = [executor, score];
  }
  return best ?? executors.find(({ id }) => id === FALLBACK) ?? registry.find(executors[0]?.id ?? '');
}

function scoreOf(words: ReadonlySet<string>, { name, description, tags, examples }: AnyExecutor): number {
  const places = { name: [name], description: [description], tags, examples };
  let score = 0;
  for (const [place, texts] of Object.entries(places)) {
    const known = new Set(texts.flatMap(wordsOf));
    known.delete('executor');
    for (const word of words) if (known.has(word)) score += WEIGHTS[place as keyof typeof WEIGHTS];
  }
  return score;
}

/** Words in lower case, plural and singular alike. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return words.filter((word) => !EMPTY_WORDS.has(word)).map((word) => word.replace(/(?<=\w{3})s$/, ''));
}

/** The executor's example inputs with what the text says put in; only those when the result would not fit. */
function inputsFor(executor: AnyExecutor, text: string, requirement: string): JsonObject {
  const { demoInput } = executor;
  const url = /https?:\/\/[^\s"'<>)]+/i.exec(text)?.[0]?.replace(/[.,;]+$/, '');
  const resource = /\b(cpu|memory|disk)\b/i.exec(text)?.[1]?.toLowerCase();
  const told: JsonObject = {
    ...('url' in demoInput && url !== undefined ? { url } : {}),
    ...('resource' in demoInput ? { resource: resource ?? 'all' } : {}),
    ...('prompt' in demoInput ? { prompt: text } : {}),
    ...('requirement' in demoInput ? { requirement } : {}),
  };
  const inputs = { ...demoInput, ...told };
  return executor.input.safeParse(inputs).success ? inputs : { ...demoInput };
}

function uniqueName(text: string, names: Set<string>): string {
  const base =
    text
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed()
      .slice(0, NAME_CHARACTERS)
      .toWellFormed()
      .trim() || 'step';
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base} (${number})`;
  names.add(name);
  return name;
}

function nameAt(names: ReadonlySet<string>, index: number): string {
  return [...names][index] ?? '';
}

function underRoot(tasks: PlannedTask[], names: Set<string>, registry: ExecutorRegistry): Plan {
  const aggregate = registry.find(AGGREGATE);
  const all = [...names];
  const root: PlannedTask = {
    name: uniqueName('Result', names),
    executor: aggregate?.id ?? null,
    depends_on: aggregate === undefined ? [] : all,
  };
  return { tasks: [root, ...tasks.map((task) => ({ ...task, parent: root.name }))] };
}
