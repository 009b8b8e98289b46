/**
 * Counts what the rules see, by windows of a text: a long text is judged by its worst part, so that harmless words around
 * an injection do not hide it, and many harmless words do not add up to one.
 */
import { isWithin, type Span } from '../text/is-within.ts';
import { lastBefore } from '../text/last-before.ts';
import type { Token } from '../text/tokenize.ts';
import { INJECTION_RULES, SYMBOL_PATTERNS } from './injection-rules.ts';
import { bitsOf, has, type Mark, markWords } from './lexicon.ts';
import { quotedSpans } from './quoted-spans.ts';
import { matchRule } from './rule-program.ts';

export const FEATURE_NAMES: readonly string[] = [
  ...INJECTION_RULES.map(({ name }) => name),
  ...Object.keys(SYMBOL_PATTERNS),
];

export interface FeatureHit {
  /** Place in FEATURE_NAMES. */
  readonly feature: number;
  /** In units of the clean text. */
  readonly start: number;
  readonly end: number;
  /** The half window it begins in. */
  readonly part: number;
}
export interface InjectionWindow {
  /** Its first half. */
  readonly part: number;
  readonly tokenCount: number;
  /** By feature. */
  readonly counts: Float64Array;
}
export interface InjectionFeatures {
  readonly hits: readonly FeatureHit[];
  readonly windows: readonly InjectionWindow[];
}

/** Tokens of half a window. */
const PART_TOKENS = 128;
const DISCUSS = bitsOf('discuss');

/** `tokens` are those of the text. */
export function readInjectionFeatures(text: string, tokens: readonly Token[]): InjectionFeatures {
  const hits = [...wordHits(text, tokens), ...symbolHits(text, tokens)];
  const partCount = Math.max(1, Math.ceil(tokens.length / PART_TOKENS));
  const parts = Array.from({ length: partCount }, () => new Float64Array(FEATURE_NAMES.length));
  for (const { part, feature } of hits) {
    const counts = parts[part];
    if (counts !== undefined) counts[feature] = (counts[feature] ?? 0) + 1;
  }
  const windows = parts.slice(0, Math.max(1, partCount - 1)).map((counts, part) => ({
    part,
    tokenCount: Math.min(2 * PART_TOKENS, tokens.length - part * PART_TOKENS),
    counts: sum(counts, parts[part + 1]),
  }));
  return { hits, windows };
}

function wordHits(text: string, tokens: readonly Token[]): FeatureHit[] {
  const marks = unquoted(markWords(tokens), tokens, text);
  const hits: FeatureHit[] = [];
  INJECTION_RULES.forEach((rule, feature) => {
    for (let at = 0; at < marks.length; at++) {
      const hit = matchRule(rule, marks, at);
      if (hit === null) continue;
      const start = tokens[hit.first]?.start ?? 0;
      const end = tokens[hit.last]?.end ?? start;
      hits.push({ feature, start, end, part: Math.floor(hit.first / PART_TOKENS) });
    }
  });
  return hits;
}

function symbolHits(text: string, tokens: readonly Token[]): FeatureHit[] {
  const hits: FeatureHit[] = [];
  Object.values(SYMBOL_PATTERNS).forEach((pattern, index) => {
    let token = 0;
    for (const { index: start, 0: match } of text.matchAll(pattern)) {
      while (token < tokens.length - 1 && (tokens[token]?.end ?? 0) <= start) token++;
      const feature = INJECTION_RULES.length + index;
      hits.push({ feature, start, end: start + match.length, part: Math.floor(token / PART_TOKENS) });
    }
  });
  return hits;
}

/** Without what is quoted near a word that says it is talked about. */
function unquoted(marks: readonly Mark[], tokens: readonly Token[], text: string): readonly Mark[] {
  const talking = marks.filter((mark) => has(mark, DISCUSS)).map(({ index }) => tokens[index]);
  if (talking.length === 0) return marks;
  const discussed = quotedSpans(text).filter((quote) => isNear(quote, talking));
  if (discussed.length === 0) return marks;
  return marks.filter(({ index }) => !isWithin(discussed, tokens[index]?.start ?? 0));
}

/** How far from a quotation such a word may stand. */
const NEAR_CHARS = 80;

function isNear({ start, end }: Span, talking: readonly (Token | undefined)[]): boolean {
  const before = talking[lastBefore(talking, start, (token) => token?.start ?? 0)];
  const behind = talking[lastBefore(talking, end, (token) => token?.start ?? 0) + 1];
  return (
    (before !== undefined && start - before.end < NEAR_CHARS) ||
    (behind !== undefined && behind.start - end < NEAR_CHARS)
  );
}

function sum(counts: Float64Array, others: Float64Array | undefined): Float64Array {
  return others === undefined ? counts : counts.map((count, index) => count + (others[index] ?? 0));
}
