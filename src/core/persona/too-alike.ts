/** Whether two personas are too alike for both to be worth asking. */
import { type PersonaFields, searchForm } from './persona.ts';

/** Share of traits, and of the words of all traits, that two may have in common. */
const MOST_TRAITS_SHARED = 0.5;
const MOST_WORDS_SHARED = 0.6;

/** Why; null = they differ enough. */
export function tooAlike(one: PersonaFields, other: PersonaFields): string | null {
  if (nameForm(one.name) === nameForm(other.name)) return `has the same name as ${other.name}`;
  const isSameLife = same(one.occupation, other.occupation) && same(one.location, other.location);
  if (isSameLife) return `has the same occupation and location as ${other.name}`;
  const traits = overlap(one.behavioral_traits.map(form), other.behavioral_traits.map(form));
  const words = overlap(wordsOf(one), wordsOf(other));
  if (traits > MOST_TRAITS_SHARED || words > MOST_WORDS_SHARED) return `acts like ${other.name}`;
  return null;
}

function same(one: string, other: string): boolean {
  return form(one) === form(other);
}

function form(text: string): string {
  return searchForm(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Without titles: Dr. Ana Ruiz is Ana Ruiz. */
function nameForm(name: string): string {
  return form(name).replace(/^((dr|prof|mr|mrs|ms|mx|sir|herr|frau) )+/, '');
}

function wordsOf({ behavioral_traits }: PersonaFields): string[] {
  return behavioral_traits.flatMap((trait) => form(trait).split(' ')).filter((word) => word.length > 3);
}

/** Of what both have together, how much both have. */
function overlap(one: readonly string[], other: readonly string[]): number {
  const [left, right] = [new Set(one), new Set(other)];
  const both = [...left].filter((item) => right.has(item)).length;
  const all = left.size + right.size - both;
  return all === 0 ? 0 : both / all;
}
