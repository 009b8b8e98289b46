/** Looks words and phrases up in the kinds they belong to. Built once; a look-up costs one map access a word. */
import type { Token } from '../text/tokenize.ts';
import { tokenize } from '../text/tokenize.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';
import { ENGLISH_WORDS, type WordClass } from './word-classes.ts';

export const WORD_CLASSES = Object.keys(ENGLISH_WORDS) as WordClass[];

/** Kinds as bits: the first 30 classes in `low`, the others in `high`. */
export interface Classes {
  low: number;
  high: number;
}
/** A token that belongs to kinds. Phrases stand at their first word. */
export interface Mark extends Classes {
  /** Of the token in the text. */
  readonly index: number;
  /** Of the last token of its longest phrase. */
  last: number;
  /** Where it begins and ends in words: a sign of a script without blanks is half a word. */
  readonly from: number;
  to: number;
}

interface Node {
  classes: Classes | null;
  next: Map<string, Node> | null;
}

const BITS = 30;
const roots = new Map<string, Node>();
for (const words of [ENGLISH_WORDS, FOREIGN_WORDS]) {
  for (const [name, entries] of Object.entries(words)) {
    for (const entry of entries.split(',')) if (entry !== '') add(entry, bitsOf(name as WordClass));
  }
}

export function bitsOf(...names: readonly WordClass[]): Classes {
  const bits = { low: 0, high: 0 };
  for (const name of names) {
    const index = WORD_CLASSES.indexOf(name);
    if (index < BITS) bits.low |= 1 << index;
    else bits.high |= 1 << (index - BITS);
  }
  return bits;
}

const FIRSTS = [
  { kind: bitsOf('override'), first: bitsOf('overrideFirst') },
  { kind: bitsOf('reveal'), first: bitsOf('revealFirst') },
];
const ASKING = bitsOf('asking');

/** In the order of the text. */
export function markWords(tokens: readonly Token[]): Mark[] {
  const marks: Mark[] = [];
  for (let index = 0; index < tokens.length; index++) {
    let node = roots.get(tokens[index]?.word ?? '');
    let mark: Mark | undefined;
    for (let last = index; node !== undefined; last++) {
      if (node.classes !== null) {
        mark ??= { index, last, low: 0, high: 0, from: positionOf(tokens[index]), to: 0 };
        mark.low |= node.classes.low;
        mark.high |= node.classes.high;
        mark.last = last;
        mark.to = positionOf(tokens[last]);
      }
      const word = tokens[last + 1]?.word;
      node = word === undefined ? undefined : node.next?.get(word);
    }
    if (mark === undefined) continue;
    markCommand(mark, tokens, marks.at(-1));
    marks.push(mark);
  }
  return marks;
}

function positionOf(token: Token | undefined): number {
  return token?.position ?? 0;
}

/** Forms that tell of somebody else (`ignores`) or of the past are no orders. */
const NO_ORDER = /[^s]s$|ed$|ing$/;

/** An order stands at the beginning of its sentence, or behind a word that asks. */
function markCommand(mark: Mark, tokens: readonly Token[], before: Mark | undefined): void {
  const isFirst = tokens[mark.index]?.sentence !== tokens[mark.index - 1]?.sentence;
  const isAsked = before !== undefined && before.last === mark.index - 1 && has(before, ASKING);
  const isBase = mark.last > mark.index || !NO_ORDER.test(tokens[mark.index]?.word ?? '');
  if (!isBase || (!isFirst && !isAsked)) return;
  for (const { kind, first } of FIRSTS) {
    if (!has(mark, kind)) continue;
    mark.low |= first.low;
    mark.high |= first.high;
  }
}

export function has(classes: Classes, wanted: Classes): boolean {
  return (classes.low & wanted.low) !== 0 || (classes.high & wanted.high) !== 0;
}

function add(entry: string, classes: Classes): void {
  const words = tokenize(entry).map(({ word }) => word);
  let level = roots;
  words.forEach((word, position) => {
    let node = level.get(word);
    if (node === undefined) {
      node = { classes: null, next: null };
      level.set(word, node);
    }
    if (position === words.length - 1) {
      const known = node.classes ?? { low: 0, high: 0 };
      node.classes = { low: known.low | classes.low, high: known.high | classes.high };
    } else {
      node.next ??= new Map();
      level = node.next;
    }
  });
}
