/**
 * A rule is a row of steps: each step names kinds of words, and how many tokens may lie between it and the step before.
 * The matcher looks forward only and never further than the gaps allow, so a text costs its length times a constant.
 */
import { bitsOf, type Classes, has, type Mark } from './lexicon.ts';
import type { WordClass } from './word-classes.ts';

type Kinds = WordClass | readonly WordClass[];
/** Kinds, and gaps between them: `['override', 5, ['prior', 'all'], 3, 'instruction']`. */
export type RuleSteps = readonly (Kinds | number)[];

interface Step extends Classes {
  readonly gap: number;
}
export interface RuleProgram {
  readonly name: string;
  readonly first: Classes;
  readonly rest: readonly Step[];
}
/** Where a rule was met, in tokens. */
export interface RuleHit {
  readonly first: number;
  readonly last: number;
}

export function compileRule(name: string, row: RuleSteps): RuleProgram {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of row) {
    if (typeof part === 'number') gap = part;
    else steps.push({ ...bitsOf(...(typeof part === 'string' ? [part] : part)), gap });
  }
  const [first = { low: 0, high: 0 }, ...rest] = steps;
  return { name, first, rest };
}

/** The hit that begins at this mark, or null. Each step takes the nearest word that fits. */
export function matchRule(program: RuleProgram, marks: readonly Mark[], at: number): RuleHit | null {
  const first = marks[at];
  if (first === undefined || !has(program.first, first)) return null;
  let previous = first;
  let position = at;
  for (const step of program.rest) {
    const reach = previous.to + 1 + step.gap;
    let next: Mark | undefined;
    for (position++; position < marks.length; position++) {
      const mark = marks[position];
      if (mark === undefined || mark.from > reach) return null;
      if (has(step, mark)) {
        next = mark;
        break;
      }
    }
    if (next === undefined) return null;
    previous = next;
  }
  return { first: first.index, last: previous.last };
}
