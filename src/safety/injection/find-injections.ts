/**
 * Whether a text gives a model orders that it should not follow: the words and structure of its worst window weighed,
 * first as it stands, then what is hidden in it.
 */
import type { Finding } from '../../core/safety/finding.ts';
import { type CleanText, cleanText, originalSpan } from '../text/clean-text.ts';
import { hiddenTexts } from '../text/hidden-texts.ts';
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
  const worst = worstWindow(features, isDisguised ? HIDDEN_BONUS : 0);
  if (worst.score >= LIMIT) return { score: worst.score, findings: spans(clean, features.hits, worst) };
  let { score } = worst;
  for (const hidden of hiddenTexts(clean.text, tokens)) {
    const inner = cleanText(hidden.text).text;
    const read = worstWindow(readInjectionFeatures(inner, tokenize(inner)), HIDDEN_BONUS);
    score = Math.max(score, read.score);
    if (read.score < LIMIT) continue;
    const span = originalSpan(clean, hidden.start, hidden.end);
    const finding: Finding = {
      type: 'injection',
      category: 'injection',
      ...span,
      score: round(read.score),
      note: `hidden: ${hidden.kind}`,
    };
    return { score: read.score, findings: [finding] };
  }
  return { score, findings: [] };
}

interface Worst {
  readonly part: number;
  readonly score: number;
}

function worstWindow({ windows }: InjectionFeatures, bonus: number): Worst {
  let worst: Worst = { part: 0, score: 0 };
  for (const window of windows) {
    let sum = INJECTION_BIAS + bonus;
    windowInputs(window).forEach((input, index) => {
      sum += (WEIGHTS[index] ?? 0) * input;
    });
    const score = 1 / (1 + Math.exp(-sum));
    if (score > worst.score) worst = { part: window.part, score };
  }
  return worst;
}

/** The heaviest hits of the window that do not overlap, in the order of the text. */
function spans(clean: CleanText, hits: readonly FeatureHit[], worst: Worst): Finding[] {
  const weightOf = ({ feature }: FeatureHit) => WEIGHTS[feature] ?? 0;
  const heaviest = hits
    .filter((hit) => (hit.part === worst.part || hit.part === worst.part + 1) && weightOf(hit) > 0)
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
      score: round(worst.score),
      note: (FEATURE_NAMES[feature] ?? '').replaceAll('_', ' '),
    }));
}

function round(score: number): number {
  return Math.round(score * 100) / 100;
}
