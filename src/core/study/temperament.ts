/** How a persona looks at new things, read from its traits and its skill with technology. */
import type { PersonaEntry } from '../persona/persona.ts';

export interface Temperament {
  /** From -3 (against it) to 3 (for it), before the feature itself is looked at. */
  readonly openness: number;
  /** Ids of aspects it comes back to, the dearest first. */
  readonly concerns: readonly string[];
}

const TRAITS: readonly {
  readonly words: RegExp;
  readonly openness?: number;
  readonly concerns?: readonly string[];
}[] = [
  {
    words: /skeptic|sceptic|cautio|wary|distrust|suspicio|risk|hesita|conservativ|doubt/i,
    openness: -1.5,
    concerns: ['trust'],
  },
  {
    words:
      /early adopter|enthusias|curious|explor|adventur|innovat|experiment|loves? (new|tech|gadget)|open.minded/i,
    openness: 1.5,
  },
  { words: /optimis|friendly|positive|generous|easy.?going|empath/i, openness: 0.75 },
  { words: /privacy|private/i, openness: -0.5, concerns: ['privacy'] },
  { words: /secur|safety|fraud/i, concerns: ['security', 'privacy'] },
  {
    words: /price|budget|frugal|cost|thrift|saver|bargain|value|deal/i,
    openness: -0.25,
    concerns: ['price'],
  },
  {
    words: /impatien|busy|time|efficien|multitask|quick|hurr|short attention|deadline|goal/i,
    concerns: ['speed'],
  },
  {
    words: /social|collab|shar|team|communicat|famil|communit|mentor|network/i,
    openness: 0.25,
    concerns: ['sharing'],
  },
  {
    words:
      /detail|method|careful|organi[sz]|perfection|analy|data|structured|research|precis|thorough|power user/i,
    concerns: ['control'],
  },
  {
    words:
      /routine|tradition|paper|habit|resist|change|loyal|old.fashioned|prefers? (phone|calls|people|face)/i,
    openness: -1,
    concerns: ['learning'],
  },
  { words: /ask|patient|learn|help|guid|step.by.step/i, concerns: ['learning'] },
  { words: /overwhelm|confus|simple|easily|anxious|frustrat|minimal/i, openness: -0.5, concerns: ['ease'] },
  {
    words: /access|vision|hearing|large text|screen reader|visual|design|aesthet/i,
    concerns: ['accessibility'],
  },
  { words: /mobile|smartphone|on the go|travel|commut|outdoor|rural/i, concerns: ['mobile'] },
  { words: /distract|interrupt|focus|notif/i, concerns: ['notifications'] },
];

const BY_PROFICIENCY = {
  Low: { openness: -0.75, concerns: ['ease', 'learning'] },
  Medium: { openness: 0, concerns: ['speed', 'price'] },
  High: { openness: 0.5, concerns: ['control', 'trust'] },
} as const;

export function temperamentOf(persona: PersonaEntry): Temperament {
  const skill = BY_PROFICIENCY[persona.tech_proficiency];
  let openness: number = skill.openness;
  const concerns: string[] = [];
  for (const trait of persona.behavioral_traits) {
    for (const rule of TRAITS) {
      if (!rule.words.test(trait)) continue;
      openness += rule.openness ?? 0;
      concerns.push(...(rule.concerns ?? []));
    }
  }
  const bounded = Math.max(-3, Math.min(3, openness));
  return { openness: bounded, concerns: [...new Set([...concerns, ...skill.concerns])] };
}
