/**
 * What a persona says when no model is asked: made by rules from its traits, its skill with technology, the feature's
 * words and what others said before. The same question gives the same words.
 */

import type { PersonaEntry } from '../persona/persona.ts';
import { ASPECTS, type Aspect } from './aspects.ts';
import { firstName } from './first-name.ts';
import { choose, seedOf } from './seeded-choice.ts';
import type { GivenTurn } from './study-turn.ts';
import { temperamentOf } from './temperament.ts';
import { sentimentScore } from './text-sentiment.ts';
import type { TurnQuestion } from './turn-prompt.ts';

const SHOWN_FEATURE = 60;
const DEFAULT_ASPECTS = ['ease', 'privacy', 'price'];

interface Voice {
  readonly question: TurnQuestion;
  readonly persona: PersonaEntry;
  /** Above 0: for the feature. */
  readonly stance: number;
  /** What this persona has to say, the dearest first. */
  readonly agenda: readonly Aspect[];
  readonly seed: number;
}

export function demoTurn(question: TurnQuestion): string {
  const { persona, feature, round, rounds, conversation } = question;
  const seed = seedOf(feature, persona.id, persona.name, round);
  const { openness, concerns } = temperamentOf(persona);
  // A little chance, so that two of one temperament do not speak with one mouth.
  const stance = openness + ((seedOf(feature, persona.name) % 200) - 100) / 100;
  const voice: Voice = { question, persona, stance, seed, agenda: agendaOf(feature, concerns) };
  const others = conversation.filter((turn) => turn.persona_id !== persona.id);
  const sentences =
    round === 1 || others.length === 0
      ? [opening(voice), point(voice, 0), fromMyLife(voice)]
      : round === rounds
        ? [reaction(voice, others), verdict(voice)]
        : [reaction(voice, others), point(voice, round - 1), ...(seed % 3 === 0 ? [fromMyLife(voice)] : [])];
  return sentences.join(' ');
}

/** What both the feature and the persona are about comes first, then what the persona always asks. */
function agendaOf(feature: string, concerns: readonly string[]): Aspect[] {
  const touched = ASPECTS.filter(({ words }) => words.test(feature)).map(({ id }) => id);
  const shared = concerns.filter((id) => touched.includes(id));
  const order = [...shared, ...concerns.slice(0, 2), ...touched, ...concerns, ...DEFAULT_ASPECTS];
  return [...new Set(order)].flatMap((id) => ASPECTS.find((aspect) => aspect.id === id) ?? []);
}

function opening({ question, persona, stance, seed }: Voice): string {
  const named = `“${shortFeature(question.feature)}”`;
  const { tech_proficiency: skill } = persona;
  if (stance > 1)
    return choose(
      skill === 'High'
        ? [
            `${named}: that makes sense to me, and I would try it the day it comes out.`,
            'Finally, I have waited for something like this.',
          ]
        : [
            `${named} sounds good to me, I would give it a try.`,
            'I am happy to hear about it; it would make my days easier.',
          ],
      seed,
    );
  if (stance < -1)
    return choose(
      skill === 'Low'
        ? [
            `${named}, I am not sure this is for people like me.`,
            `To be honest, I had to read ${named} twice, and I still have my doubts.`,
          ]
        : [`${named}: I am not convinced yet.`, 'I have seen promises like this before, and few were kept.'],
      seed,
    );
  return choose(
    [
      `${named} could be something for me, it depends on how it is done.`,
      'About this one I am of two minds.',
      'I can see what it is for, and I have questions.',
    ],
    seed,
  );
}

function point({ question, agenda, stance, seed }: Voice, index: number): string {
  const aspect = agenda[index % agenda.length] as Aspect;
  // The dearest concern of somebody who is not all for it is a worry, whatever the mood.
  const isWorry = index === 0 ? stance < 1 : stance + (seed % 3) - 1 < 0;
  const sentences = isWorry ? aspect.worries : aspect.likes;
  const said = question.conversation.map(({ text }) => text).join(' ');
  const unsaid = sentences.filter((sentence) => !said.includes(sentence));
  return `${choose(unsaid.length > 0 ? unsaid : sentences, seed >>> 3)}.`;
}

function fromMyLife({ persona, stance, seed }: Voice): string {
  const job = shortJob(persona.occupation);
  const [where = ''] = persona.location.split(',').map((part) => part.trim());
  const asJob = job === '' ? 'In my daily life' : `As ${article(job)} ${job}`;
  const inPlace = where === '' ? '' : ` in ${where}`;
  const ends =
    stance > 0
      ? [
          'I can name three moments a week when I would reach for it',
          'I would use it the same day',
          'it fits the way my days go',
        ]
      : [
          'I would need to see it work for somebody like me first',
          'my days are full, and it has to earn its place',
          'what I have today does the job',
        ];
  return `${asJob}${inPlace}, ${choose(ends, seed >>> 5)}.`;
}

/** Picks somebody who said something this persona cares about, else whoever is furthest away from it. */
function reaction({ stance, seed, agenda }: Voice, others: readonly GivenTurn[]): string {
  const latest = [...new Map(others.map((turn) => [turn.persona_id, turn])).values()];
  const caring = latest.filter(({ text }) => agenda.slice(0, 2).some(({ words }) => words.test(text)));
  const other = choose(caring.length > 0 ? caring : latest, seed >>> 2);
  const about = ASPECTS.find(({ words, id }) => words.test(other.text) && (id !== 'speed' || seed % 2 === 0));
  const topic = about?.topic ?? 'that';
  const name = firstName(other.name);
  const isSame = sentimentScore(other.text) >= 0 === stance >= 0;
  return choose(
    isSame
      ? [
          `I agree with ${name} on ${topic}.`,
          `${name} took the words out of my mouth on ${topic}.`,
          `What ${name} says about ${topic} is my experience too.`,
          `${name} is right: ${topic} is where it is decided.`,
          `I would put ${topic} on top of the list, like ${name}.`,
        ]
      : [
          `I see ${topic} differently from ${name}.`,
          `${name}, I understand your point on ${topic}, but I disagree.`,
          `With ${topic} ${name} and I will not agree, and that is fine.`,
          `I do not share what ${name} says about ${topic}.`,
          `For me ${topic} looks different than for ${name}.`,
        ],
    seed >>> 4,
  );
}

function verdict({ agenda, stance, seed }: Voice): string {
  const [first, second] = agenda;
  const condition = (aspect: Aspect | undefined) => aspect?.topic ?? 'the price';
  if (stance > 1)
    return choose(
      [
        `So yes, I would use it, and I would tell others; just mind ${condition(first)}.`,
        `For me it is a clear yes. ${choose(second?.likes ?? first?.likes ?? ['I like it'], seed)}.`,
      ],
      seed,
    );
  if (stance < -1)
    return choose(
      [
        `As it stands I would not use it: ${condition(first)} is a problem for me.`,
        `I will not be the first to use it. ${choose(first?.worries ?? ['I am not convinced'], seed)}.`,
      ],
      seed,
    );
  return choose(
    [
      `I would use it on one condition, and what decides that is ${condition(first)}.`,
      `I would try it for a week and then decide; what counts for me is ${condition(first)}, then ${condition(second)}.`,
    ],
    seed,
  );
}

/** The first sentence, or the beginning of it, without quotation marks of its own. */
function shortFeature(feature: string): string {
  const [sentence = ''] = feature
    .replace(/[“”"]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.!?])\s/);
  const bare = sentence.replace(/[.!]+$/, '');
  if (bare.length <= SHOWN_FEATURE) return bare;
  const cut = bare.slice(0, SHOWN_FEATURE).toWellFormed();
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), SHOWN_FEATURE / 2))}…`;
}

/** "Physiotherapist with her own practice, 41" is a physiotherapist where she speaks of herself. */
function shortJob(occupation: string): string {
  const [job = ''] = occupation.trim().split(/,|;|\(| (?:with|who|at|for|and|in) /);
  // Initials stay: "IT manager".
  return /^\p{Lu}\p{Ll}/u.test(job) ? `${job.slice(0, 1).toLowerCase()}${job.slice(1)}` : job;
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? 'an' : 'a';
}
