/** Which executor a step of a requirement is for: by words that leave no doubt, else by those its metadata shares. */
import type { AnyExecutor } from '../../core/executor.ts';

export const AGGREGATE = 'aggregate_results_executor';
const FALLBACK = 'llm_executor';

/** Words that stand in every requirement and tell nothing. */
const EMPTY_WORDS = new Set(
  'a an and any as at be by can do for from get give in into is it its make me my of on or our please show some task tasks that the their them then this to use using want with you your'.split(
    ' ',
  ),
);
/** How much a shared word counts, by where it stands. */
const WEIGHTS = { name: 3, tags: 3, description: 1, examples: 2 } as const;
/** Two words of an example, or one of the name. */
const SURE_SCORE = 3;

/** In this order: the first that fits and whose executor there is. */
const INTENTS: readonly (readonly [executorId: string, words: RegExp])[] = [
  ['approval_executor', /\b(approv\w+|sign[- ]?off)\b/i],
  ['wait_executor', /\b(wait|pause|sleep)\b.*\b\d+\s*(s|sec|min|h|hour|day)/i],
  ['loop_executor', /\b(poll|repeat|until)\b/i],
  ['crew_executor', /\b(crew|team) of agents\b/i],
  ['generate_executor', /\b(task tree|tree of tasks)\b/i],
  ['llm_route', /\b(cheapest|fastest|local|best) model\b/i],
  ['condition_executor', /^(if|unless|only if|only when)\b/i],
  [
    'scrape_executor',
    /^(?=.*https?:\/\/)(?=.*\b(page|site|website|article|blog|scrape|read|summar\w+)\b(?!\.))/i,
  ],
  ['rest_executor', /https?:\/\//i],
  ['transform_executor', /^(sum|filter|keep|sort|count|average|total|group|compute|calculate)\b/i],
  [
    FALLBACK,
    /^(write|draft|translate|explain|compare|summari[sz]e|describe|rewrite|ask|suggest|propose|extract|classify)\b/i,
  ],
  ['system_info_executor', /\b(cpu|memory|disk)\b/i],
];

export interface ChosenExecutor {
  readonly executor: AnyExecutor | undefined;
  /** false: hardly a word pointed to it. */
  readonly isSure: boolean;
}

export function chooseExecutor(text: string, executors: readonly AnyExecutor[]): ChosenExecutor {
  for (const [executorId, words] of INTENTS) {
    const executor = words.test(text) ? executors.find(({ id }) => id === executorId) : undefined;
    if (executor !== undefined) return { executor, isSure: true };
  }
  const words = new Set(wordsOf(text));
  let best: AnyExecutor | undefined;
  let bestScore = 0;
  // A timer or a person holds the tree up: only for those who plainly ask for one.
  for (const executor of executors.filter(({ placement }) => placement !== 'wait')) {
    const score = scoreOf(words, executor);
    if (score > bestScore) [best, bestScore] = [executor, score];
  }
  const executor = best ?? executors.find(({ id }) => id === FALLBACK) ?? executors[0];
  return { executor, isSure: bestScore >= SURE_SCORE };
}

/** It hands words to a model, which makes of them what it can. */
export function isAskingModel(executor: AnyExecutor | undefined): boolean {
  return executor?.usesLlm === true;
}

function scoreOf(words: ReadonlySet<string>, { name, description, tags, examples }: AnyExecutor): number {
  const places = { name: [name], description: [description], tags, examples };
  const weights = new Map<string, number>();
  for (const [place, texts] of Object.entries(places)) {
    const weight = WEIGHTS[place as keyof typeof WEIGHTS];
    // A word that stands in several places is one word still.
    for (const word of texts.flatMap(wordsOf)) weights.set(word, Math.max(weight, weights.get(word) ?? 0));
  }
  weights.delete('executor');
  return [...words].reduce((score, word) => score + (weights.get(word) ?? 0), 0);
}

/** Words in lower case, plural and singular alike. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return words.filter((word) => !EMPTY_WORDS.has(word)).map((word) => word.replace(/(?<=\w{3})s$/, ''));
}
