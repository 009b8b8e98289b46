/**
 * Whether a text gives a model orders that it should not follow: the words and structure of its worst window weighed,
 * first as it stands, then what is hidden in it.
 */
import type { Finding } from '../../core/safety/finding.ts';
import { blankInvisible, type CleanText, cleanText, originalSpan } from '../text/clean-text.ts';
import { type HiddenText, hiddenTexts } from '../text/hidden-texts.ts';
import { tokenize } from '../text/tokenize.ts';
import { INJECTION_BIAS, INJECTION_WEIGHTS, LENGTH_WEIGHT } from './injection-weights.ts';
import {
  FEATURE_NAMES,
  type FeatureHit,
  type InjectionFeatures,
  readInjectionFeatures,
} from './read-injection-features.ts';
import { windowInputs } from './window-inputs.ts';

export interface InjectionVerdict {
  /** 0 to 1; from 0.5 on it is one. */
  readonly score: number;
  /** Empty below 0.5. */
  readonly findings: readonly Finding[];
}

const LIMIT = 0.5;
/** Whoever hides words has a reason. */
const HIDDEN_BONUS = 1;
/** Characters nobody sees, from so many on, and what they weigh. */
const MANY_HIDDEN = 3;
const MOST_FINDINGS = 8;
const NO_WEIGHT = 0;

const WEIGHTS = Float64Array.from([
  ...FEATURE_NAMES.map((name) => INJECTION_WEIGHTS[name] ?? NO_WEIGHT),
  LENGTH_WEIGHT,
]);

export function findInjections(clean: CleanText): InjectionVerdict {
  const tokens = tokenize(clean.text);
  const features = readInjectionFeatures(clean.text, tokens);
  const isDisguised = clean.hiddenCount >= MANY_HIDDEN;
  const plain = worstWindow(features);
  const score = scoreOf(plain.sum + (isDisguised ? HIDDEN_BONUS : 0));
  if (score >= LIMIT) return { score, findings: spans(clean, features.hits, plain.part, score) };
  const hiddenOnes = hiddenTexts(clean.text, tokens);
  if (isDisguised) {
    const text = blankInvisible(clean.original);
    hiddenOnes.push({ kind: 'invisible', text, start: 0, end: clean.text.length });
  }
  let worst: InjectionVerdict = { score, findings: [] };
  for (const hidden of hiddenOnes) worst = worseOf(worst, judged(clean, hidden, plain.sum));
  return worst;
}

/** Hiding counts only where what was hidden speaks against the text: names like `gpt4` hide nothing. */
function judged(clean: CleanText, hidden: HiddenText, plainSum: number): InjectionVerdict {
  const inner = cleanText(hidden.text).text;
  const { sum } = worstWindow(readInjectionFeatures(inner, tokenize(inner)));
  const score = scoreOf(sum > plainSum ? sum + HIDDEN_BONUS : sum);
  if (score < LIMIT) return { score, findings: [] };
  const span = originalSpan(clean, hidden.start, hidden.end);
  const note = `hidden: ${hidden.kind}`;
  return {
    score,
    findings: [{ type: 'injection', category: 'injection', ...span, score: round(score), note }],
  };
}

function worseOf(one: InjectionVerdict, other: InjectionVerdict): InjectionVerdict {
  return other.score > one.score ? other : one;
}

function scoreOf(sum: number): number {
  return 1 / (1 + Math.exp(-sum));
}

interface Worst {
  readonly part: number;
  /** The logarithm of the odds. */
  readonly sum: number;
}

function worstWindow({ windows }: InjectionFeatures): Worst {
  let worst: Worst = { part: 0, sum: Number.NEGATIVE_INFINITY };
  for (const window of windows) {
    let sum = INJECTION_BIAS;
    windowInputs(window).forEach((input, index) => {
      sum += (WEIGHTS[index] ?? 0) * input;
    });
    if (sum > worst.sum) worst = { part: window.part, sum };
  }
  return worst;
}

/** The heaviest hits of the window that do not overlap, in the order of the text. */
function spans(clean: CleanText, hits: readonly FeatureHit[], part: number, score: number): Finding[] {
  const weightOf = ({ feature }: FeatureHit) => WEIGHTS[feature] ?? 0;
  const heaviest = hits
    .filter((hit) => (hit.part === part || hit.part === part + 1) && weightOf(hit) > 0)
    .sort((one, other) => weightOf(other) - weightOf(one));
  const taken: FeatureHit[] = [];
  for (const hit of heaviest) {
    if (taken.length === MOST_FINDINGS) break;
    if (taken.every(({ start, end }) => hit.end <= start || hit.start >= end)) taken.push(hit);
  }
  return taken
    .sort((one, other) => one.start - other.start)
    .map(({ feature, start, end }) => ({
      type: 'injection',
      category: 'injection' as const,
      ...originalSpan(clean, start, end),
      score: round(score),
      note: (FEATURE_NAMES[feature] ?? '').replaceAll('_', ' '),
    }));
}

function round(score: number): number {
  return Math.round(score * 100) / 100;
}
