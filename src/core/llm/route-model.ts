/**
 * Chooses a model for a question: what cannot do it is left out with the reason, the rest is ranked by what matters.
 * Pure: it sees candidates and numbers, no keys, no clock. The formulas are explained in docs/models.md.
 */
import type { ModelPrivacy, ModelTraits } from './model-data.ts';

export const ROUTE_GOALS = ['balanced', 'cost', 'speed', 'quality', 'privacy'] as const;
export type RouteGoal = (typeof ROUTE_GOALS)[number];
export const COMPLEXITIES = ['trivial', 'simple', 'moderate', 'complex', 'expert'] as const;
export type Complexity = (typeof COMPLEXITIES)[number];

/** What a model must do or keep to. Absent = it does not matter. */
export interface RouteRequirements {
  /** Of the question; estimated where the caller has not counted. */
  readonly inputTokens?: number | undefined;
  readonly answerTokens?: number | undefined;
  readonly vision?: boolean | undefined;
  readonly functions?: boolean | undefined;
  /** Never leaves the operator's network. */
  readonly local?: boolean | undefined;
  /** Local, or with a vendor who keeps nothing. */
  readonly sensitive?: boolean | undefined;
  /** Of the whole call, by list prices. */
  readonly maxCostNanoUsd?: number | undefined;
  readonly maxLatencyMs?: number | undefined;
  /** 0 to 1. */
  readonly minQuality?: number | undefined;
}

export interface RouteWish {
  readonly requirements: RouteRequirements;
  readonly goal: RouteGoal;
  readonly complexity: Complexity;
  /** `provider/model` or a model. Taken up to `moderate`, when it can do it. */
  readonly preferred?: string | undefined;
}

export interface RouteCandidate extends Omit<ModelTraits, 'typicalMs'> {
  /** Nano-dollars a token at these numbers of tokens; null = not known. */
  readonly rates: { readonly input: number; readonly output: number } | null;
  readonly privacy: ModelPrivacy;
  /** Measured here of late, else typical. */
  readonly latencyMs: number;
  readonly isMeasured: boolean;
  /** Why it cannot be asked now (no key, circuit open); null = it can. */
  readonly unavailable: string | null;
}

export interface RouteScores {
  readonly cost: number;
  readonly latency: number;
  readonly quality: number;
  readonly privacy: number;
  /** By the goal: what models are ranked by. */
  readonly total: number;
}

export interface RankedModel {
  readonly provider: string;
  readonly model: string;
  readonly scores: RouteScores;
  /** Of the whole call; null = not known. */
  readonly costNanoUsd: number | null;
  readonly latencyMs: number;
  readonly isMeasured: boolean;
}

export interface RouteDecision {
  readonly selection: RankedModel | null;
  /** 0 to 1. */
  readonly confidence: number;
  /** For people: why this one. */
  readonly reasons: readonly string[];
  /** To be asked in turn when the selection fails. */
  readonly fallbacks: readonly RankedModel[];
  /** All that can do it, best first. */
  readonly ranked: readonly RankedModel[];
  readonly excluded: readonly {
    readonly provider: string;
    readonly model: string;
    readonly reasons: readonly string[];
  }[];
}

/** A thousand tokens of this price in dollars score 0. */
const DEAR_USD = 0.1;
const SLOW_MS = 5_000;
const USUAL_ANSWER_TOKENS = 1_000;
const FALLBACKS = 3;
const LEAST_FALLBACK_SCORE = 0.5;
const LAST_RESORT_CONFIDENCE = 0.5;
const NANO = 1_000_000_000;
const PRIVACY_SCORES: Readonly<Record<ModelPrivacy, number>> = {
  local: 1,
  no_retention: 0.8,
  no_training: 0.6,
  unknown: 0.3,
};
const WEIGHTS: Readonly<Record<Exclude<RouteGoal, 'balanced'>, Omit<RouteScores, 'total'>>> = {
  cost: { cost: 0.6, latency: 0.2, quality: 0.2, privacy: 0 },
  speed: { cost: 0.2, latency: 0.6, quality: 0.2, privacy: 0 },
  quality: { cost: 0.2, latency: 0.2, quality: 0.6, privacy: 0 },
  privacy: { cost: 0.2, latency: 0, quality: 0.2, privacy: 0.6 },
};
const SIMPLE: ReadonlySet<Complexity> = new Set(['trivial', 'simple', 'moderate']);

export function routeModel(candidates: readonly RouteCandidate[], wish: RouteWish): RouteDecision {
  const judged = candidates.map((candidate) => ({
    candidate,
    ranked: rankedModel(candidate, wish),
    reasons: shortcomings(candidate, wish),
  }));
  const ranked = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map((each) => each.ranked)
    .sort(byScore);
  const excluded = judged
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ candidate: { provider, model }, reasons }) => ({ provider, model, reasons }));
  const [best] = ranked;
  if (best === undefined) return lastResort(judged, excluded);
  const preferred = preferredOf(ranked, wish);
  const selection = preferred ?? best;
  const fallbacks = ranked
    .filter((model) => model !== selection && model.scores.total > LEAST_FALLBACK_SCORE)
    .slice(0, FALLBACKS);
  const reasons = reasonsFor(selection, wish, ranked.length, preferred !== null);
  return { selection, confidence: selection.scores.total, reasons, fallbacks, ranked, excluded };
}

interface Judged {
  readonly candidate: RouteCandidate;
  readonly ranked: RankedModel;
  readonly reasons: readonly string[];
}

/** Nothing fits: a model of one's own costs nothing and tells nobody, so it may try when only a wish stands against it. */
function lastResort(judged: readonly Judged[], excluded: RouteDecision['excluded']): RouteDecision {
  const able = judged
    .filter(({ candidate, reasons }) => candidate.privacy === 'local' && reasons.every(isWish))
    .sort((left, right) => byScore(left.ranked, right.ranked));
  const selection = able[0]?.ranked ?? null;
  const reasons =
    selection === null
      ? ['No model meets the requirements']
      : ['No model meets all requirements', `${nameOf(selection)} is local, so it may try`];
  return {
    selection,
    confidence: selection === null ? 0 : LAST_RESORT_CONFIDENCE,
    reasons,
    fallbacks: [],
    ranked: selection === null ? [] : [selection],
    excluded: excluded.filter((each) => selection === null || nameOf(each) !== nameOf(selection)),
  };
}

const TOO_SLOW = 'too slow:';
const TOO_POOR = 'quality too low:';

function isWish(reason: string): boolean {
  return reason.startsWith(TOO_SLOW) || reason.startsWith(TOO_POOR);
}

/** What keeps it from doing this; empty when nothing does. */
function shortcomings(candidate: RouteCandidate, { requirements, complexity }: RouteWish): string[] {
  const { answerTokens = USUAL_ANSWER_TOKENS, inputTokens = 0, maxCostNanoUsd, maxLatencyMs } = requirements;
  const tokens = inputTokens + answerTokens;
  const cost = callCost(candidate, requirements);
  const quality = qualityOf(candidate, complexity);
  const found: (string | false)[] = [
    candidate.unavailable ?? false,
    requirements.vision === true && !candidate.hasVision && 'cannot see images',
    requirements.functions === true && !candidate.hasTools && 'cannot call functions',
    requirements.local === true && candidate.privacy !== 'local' && 'not local',
    requirements.sensitive === true &&
      PRIVACY_SCORES[candidate.privacy] < PRIVACY_SCORES.no_retention &&
      'the vendor keeps what is sent',
    tokens > candidate.contextTokens && `too small: ${tokens} tokens, ${candidate.contextTokens} at most`,
    answerTokens > candidate.maxAnswerTokens && `answers have at most ${candidate.maxAnswerTokens} tokens`,
    maxCostNanoUsd !== undefined && cost === null && 'its price is not known',
    maxCostNanoUsd !== undefined &&
      cost !== null &&
      cost > maxCostNanoUsd &&
      `too dear: ${cost} nano-dollars, ${maxCostNanoUsd} at most`,
    maxLatencyMs !== undefined &&
      candidate.latencyMs > maxLatencyMs &&
      `${TOO_SLOW} ${candidate.latencyMs} ms, ${maxLatencyMs} at most`,
    quality < (requirements.minQuality ?? 0) &&
      `${TOO_POOR} ${rounded(quality)}, at least ${requirements.minQuality}`,
  ];
  return found.filter((reason) => reason !== false);
}

function rankedModel(candidate: RouteCandidate, wish: RouteWish): RankedModel {
  const { provider, model, latencyMs, isMeasured } = candidate;
  const parts = {
    cost: costScore(candidate),
    latency: clamp(1 - latencyMs / SLOW_MS),
    quality: qualityOf(candidate, wish.complexity),
    privacy: PRIVACY_SCORES[candidate.privacy],
  };
  return {
    provider,
    model,
    scores: { ...mapped(parts), total: rounded(totalOf(parts, candidate, wish.goal)) },
    costNanoUsd: callCost(candidate, wish.requirements),
    latencyMs,
    isMeasured,
  };
}

function mapped(parts: Omit<RouteScores, 'total'>): Omit<RouteScores, 'total'> {
  const { cost, latency, quality, privacy } = parts;
  return { cost: rounded(cost), latency: rounded(latency), quality: rounded(quality), privacy };
}

function totalOf(parts: Omit<RouteScores, 'total'>, { privacy }: RouteCandidate, goal: RouteGoal): number {
  const { cost, latency, quality } = parts;
  if (goal === 'balanced')
    return 0.3 * cost + 0.2 * latency + 0.4 * quality + 0.1 * (privacy === 'local' ? 1 : 0.5);
  const weights = WEIGHTS[goal];
  return (
    weights.cost * cost +
    weights.latency * latency +
    weights.quality * quality +
    weights.privacy * parts.privacy
  );
}

/** By the mean price of a thousand tokens in and out. An unknown price counts as a dear one. */
function costScore({ rates }: RouteCandidate): number {
  if (rates === null) return 0;
  const usd = ((rates.input + rates.output) / 2) * (1_000 / NANO);
  return clamp(1 - usd / DEAR_USD);
}

function callCost({ rates }: RouteCandidate, requirements: RouteRequirements): number | null {
  if (rates === null) return null;
  const { answerTokens = USUAL_ANSWER_TOKENS, inputTokens = 0 } = requirements;
  return inputTokens * rates.input + answerTokens * rates.output;
}

function qualityOf({ reasoning, knowledge }: RouteCandidate, complexity: Complexity): number {
  switch (complexity) {
    case 'trivial':
      return 1;
    case 'simple':
      return Math.max(reasoning, knowledge);
    case 'moderate':
      return 0.6 * reasoning + 0.4 * knowledge;
    case 'complex':
      return 0.8 * reasoning + 0.2 * knowledge;
    case 'expert':
      return Math.min(reasoning, knowledge);
  }
}

function preferredOf(
  ranked: readonly RankedModel[],
  { preferred, complexity }: RouteWish,
): RankedModel | null {
  if (preferred === undefined || !SIMPLE.has(complexity)) return null;
  return ranked.find((each) => nameOf(each) === preferred || each.model === preferred) ?? null;
}

function reasonsFor(chosen: RankedModel, wish: RouteWish, able: number, isPreferred: boolean): string[] {
  const { scores, latencyMs, isMeasured, costNanoUsd } = chosen;
  const { goal, complexity, preferred } = wish;
  const name = nameOf(chosen);
  const overridden =
    preferred !== undefined && !isPreferred && preferred !== name && preferred !== chosen.model;
  return [
    isPreferred ? `${name} is preferred` : `${name} has the best score for the goal ${goal}: ${scores.total}`,
    `cost ${scores.cost}, latency ${scores.latency}, quality ${scores.quality} (${complexity}), privacy ${scores.privacy}`,
    `${latencyMs} ms (${isMeasured ? 'measured' : 'typical'}), ${costNanoUsd ?? 'unknown'} nano-dollars a call`,
    `${able} models meet the requirements`,
    ...(overridden
      ? [`${preferred} is preferred, but not taken: it does not fit, or the question is ${complexity}`]
      : []),
  ];
}

/** Best first; of equals the cheaper, then by name, so that the order never depends on the candidates'. */
function byScore(left: RankedModel, right: RankedModel): number {
  return (
    right.scores.total - left.scores.total ||
    (left.costNanoUsd ?? Number.MAX_VALUE) - (right.costNanoUsd ?? Number.MAX_VALUE) ||
    (nameOf(left) < nameOf(right) ? -1 : 1)
  );
}

function nameOf({ provider, model }: { readonly provider: string; readonly model: string }): string {
  return `${provider}/${model}`;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
