/**
 * Personas from templates, for when no model is asked: other words of product and audience make other people, the same
 * words the same.
 */
import { choose, seedOf } from '../study/seeded-choice.ts';
import { DEMO_OCCUPATIONS, DEMO_PEOPLE, DEMO_TRAITS, OTHER_OCCUPATIONS } from './demo-people.ts';
import type { GenerationRequest } from './generation-request.ts';
import { type PersonaFields, TECH_PROFICIENCIES } from './persona.ts';
import { tooAlike } from './too-alike.ts';

const TRAITS = 3;
const SHOWN_PRODUCT = 60;
/** Every one of these gives other traits; the first that differs from all others is taken. */
const ATTEMPTS = 200;

export function demoPersonas({ product, audience, count, avoid }: GenerationRequest): PersonaFields[] {
  const topic = `${product}\n${audience ?? ''}`;
  const taken = new Set(avoid.map((name) => name.toLowerCase()));
  const people = shuffled(DEMO_PEOPLE, topic).filter(([name]) => !taken.has(name.toLowerCase()));
  const occupations = occupationsFor(`${audience ?? ''} ${product}`, topic);
  const made: PersonaFields[] = [];
  for (let index = 0; made.length < count; index++) {
    const [name, location] = people[index % people.length] ?? [`Person ${index + 1}`, 'Somewhere'];
    const round = Math.floor(index / Math.max(1, people.length));
    made.push(
      personApart(
        made,
        (attempt) => ({
          // More than there are names for: a second bearer of one needs another.
          name: round === 0 ? name : `${name} ${'I'.repeat(round + 1)}`,
          occupation: occupations[index % occupations.length] ?? 'Clerk',
          location,
          tech_proficiency: choose(TECH_PROFICIENCIES, seedOf(topic, 'skill', index) + index),
          behavioral_traits: [],
          seed: seedOf(topic, name, attempt),
        }),
        product,
      ),
    );
  }
  return made;
}

function personApart(
  others: readonly PersonaFields[],
  draft: (attempt: number) => PersonaFields & { seed: number },
  product: string,
): PersonaFields {
  for (let attempt = 0; ; attempt++) {
    const { seed, ...fields } = draft(attempt);
    const person = { ...fields, behavioral_traits: traitsOf(fields.tech_proficiency, product, seed) };
    if (attempt === ATTEMPTS || others.every((other) => tooAlike(person, other) === null)) return person;
  }
}

function traitsOf(skill: PersonaFields['tech_proficiency'], product: string, seed: number): string[] {
  const fitting = DEMO_TRAITS.filter((trait) => trait.skill === undefined || trait.skill === skill);
  const [skilled, others] = [
    fitting.filter((trait) => trait.skill !== undefined),
    fitting.filter((trait) => trait.skill === undefined),
  ];
  const chosen = [choose(skilled, seed), ...shuffled(others, String(seed)).slice(0, TRAITS - 1)];
  return chosen.map(({ text }) => text.replace('{product}', () => shortName(product)));
}

/** The first words of what the product is. */
function shortName(product: string): string {
  const line = product
    .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .split(/[.:;,(\u2013\u2014]/u)[0]
    ?.trim();
  if (line === undefined || line === '') return 'it';
  const shown = Array.from(line).slice(0, SHOWN_PRODUCT).join('').trim();
  return shown.length < line.length ? `${shown}…` : shown;
}

function occupationsFor(words: string, topic: string): string[] {
  const meant = DEMO_OCCUPATIONS.filter((group) => group.words.test(words)).flatMap(
    (group) => group.occupations,
  );
  return [...shuffled(meant, topic), ...shuffled(OTHER_OCCUPATIONS, topic)];
}

function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  return items
    .map((item, index) => ({ item, place: seedOf(seed, index) }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
