/** Sums a conversation up by rules, for when no model is asked: counts what is spoken of and how, and quotes the proof. */
import { ASPECTS, type Aspect } from './aspects.ts';
import type { FeedbackReport, Quote, SEVERITIES } from './feedback-report.ts';
import { firstName } from './first-name.ts';
import { sentencesOf } from './sentences-of.ts';
import type { StudyTurn } from './study-turn.ts';
import { type Sentiment, sentimentOf, sentimentScore } from './text-sentiment.ts';

const MOST_THEMES = 6;
const MOST_INSIGHTS = 5;
const MOST_QUOTES = 8;

interface Mention {
  readonly turn: StudyTurn;
  readonly sentence: string;
}

interface Found {
  readonly aspect: Aspect;
  readonly mentions: readonly Mention[];
  readonly personaIds: readonly number[];
  readonly worriedIds: readonly number[];
  readonly sentiment: Sentiment;
}

export function demoReport(feature: string, turns: readonly StudyTurn[]): FeedbackReport {
  const names = new Set(turns.map(({ name }) => firstName(name)));
  const found = ASPECTS.map((aspect) => lookFor(aspect, turns, names))
    .filter(({ mentions }) => mentions.length > 0)
    .sort((left, right) => weight(right) - weight(left));
  const people = sentimentByPersona(turns, names);
  const themes = found.slice(0, MOST_THEMES);
  const worries = found.filter(({ worriedIds }) => worriedIds.length > 0).slice(0, MOST_INSIGHTS);
  const insights = worries.map((one) => insightOf(one, people.length));
  return {
    summary: summaryOf(feature, people, themes),
    themes: themes.map((one) => ({
      name: one.aspect.name,
      detail: detailOf(one, people.length),
      persona_ids: [...one.personaIds],
      sentiment: one.sentiment,
    })),
    sentiment: people,
    insights: insights.length > 0 ? insights : [nothingAgainst(people)],
    quotes: quotesOf(themes),
  };
}

function lookFor(aspect: Aspect, turns: readonly StudyTurn[], names: ReadonlySet<string>): Found {
  const mentions = turns.flatMap((turn) =>
    ownSentences(turn, names)
      // What quotes the feature says nothing about how somebody sees it.
      .filter((sentence) => isAbout(aspect, sentence.replace(/“[^”]*”/g, '')))
      .map((sentence) => ({ turn, sentence })),
  );
  const ids = (chosen: readonly Mention[]) => [...new Set(chosen.map(({ turn }) => turn.persona_id))];
  const worried = mentions.filter(({ sentence }) => sentimentScore(sentence) < 0);
  return {
    aspect,
    mentions,
    personaIds: ids(mentions),
    worriedIds: ids(worried),
    sentiment: sentimentOf(mentions.map(({ sentence }) => sentence).join(' ')),
  };
}

/** Sentences of demo turns are about one aspect, whatever words of others are in them. */
const MADE_FOR = new Map(
  ASPECTS.flatMap(({ id, likes, worries }) =>
    [...likes, ...worries].map((sentence) => [sentence, id] as const),
  ),
);

function isAbout({ id, words }: Aspect, sentence: string): boolean {
  const made = MADE_FOR.get(sentence.replace(/\.$/, ''));
  return made === undefined ? words.test(sentence) : made === id;
}

/** Those that answer somebody are about that person's point, not about the feature. */
function ownSentences({ name, text }: StudyTurn, names: ReadonlySet<string>): string[] {
  const others = [...names].filter((other) => other !== firstName(name));
  return sentencesOf(text).filter((sentence) => !others.some((other) => sentence.includes(other)));
}

function weight({ personaIds, worriedIds, mentions }: Found): number {
  return personaIds.length * 2 + worriedIds.length * 2 + Math.min(mentions.length, 10) / 10;
}

function sentimentByPersona(
  turns: readonly StudyTurn[],
  names: ReadonlySet<string>,
): FeedbackReport['sentiment'] {
  const byPersona = new Map<number, StudyTurn[]>();
  for (const turn of turns) byPersona.set(turn.persona_id, [...(byPersona.get(turn.persona_id) ?? []), turn]);
  return [...byPersona].map(([persona_id, spoken]) => {
    const strongest = spoken
      .flatMap((turn) => ownSentences(turn, names))
      .sort((left, right) => Math.abs(sentimentScore(right)) - Math.abs(sentimentScore(left)))[0];
    return {
      persona_id,
      name: spoken[0]?.name ?? '',
      sentiment: sentimentOf(spoken.map(({ text }) => text).join(' ')),
      reason: strongest ?? '',
    };
  });
}

function insightOf(
  { aspect, personaIds, worriedIds, mentions }: Found,
  people: number,
): FeedbackReport['insights'][number] {
  const { title, action, owner, effort } = aspect.insight;
  const proof = mentions.find(({ sentence }) => sentimentScore(sentence) < 0);
  const said = proof === undefined ? '' : ` ${proof.turn.name}: “${proof.sentence}”`;
  return {
    title,
    detail: `${worriedIds.length} of ${people} personas are worried about it, ${personaIds.length} speak of it.${said}`,
    action,
    persona_ids: [...worriedIds],
    severity: severityOf(worriedIds.length / Math.max(people, 1)),
    owner,
    effort,
  };
}

/** `critical` is for models and people to say: rules do not understand what they count. */
function severityOf(share: number): (typeof SEVERITIES)[number] {
  if (share >= 0.5) return 'high';
  return share >= 0.25 ? 'medium' : 'low';
}

function nothingAgainst(people: FeedbackReport['sentiment']): FeedbackReport['insights'][number] {
  return {
    title: 'Go on, and ask people who are harder to please',
    detail: 'None of the personas named a worry that the rules know.',
    action: 'Repeat the study with more sceptical personas before anything is built',
    persona_ids: people.map(({ persona_id }) => persona_id),
    severity: 'low',
    owner: 'product',
    effort: 'small',
  };
}

function detailOf({ aspect, personaIds, worriedIds }: Found, people: number): string {
  const worried = worriedIds.length === 0 ? 'nobody with a worry' : `${worriedIds.length} with a worry`;
  return `${aspect.name} came up with ${personaIds.length} of ${people} personas, ${worried}.`;
}

function quotesOf(themes: readonly Found[]): Quote[] {
  const quotes = new Map<string, Quote>();
  for (const { mentions } of themes) {
    const strongest = [...mentions].sort(
      (left, right) => Math.abs(sentimentScore(right.sentence)) - Math.abs(sentimentScore(left.sentence)),
    );
    for (const { turn, sentence } of strongest.slice(0, 2))
      quotes.set(sentence, { persona_id: turn.persona_id, turn: turn.turn, text: sentence });
  }
  return [...quotes.values()].slice(0, MOST_QUOTES);
}

function summaryOf(feature: string, people: FeedbackReport['sentiment'], themes: readonly Found[]): string {
  const counts = { positive: 0, mixed: 0, neutral: 0, negative: 0 };
  for (const { sentiment } of people) counts[sentiment]++;
  const told = (['positive', 'mixed', 'neutral', 'negative'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`)
    .join(', ');
  const topics = themes
    .slice(0, 3)
    .map(({ aspect }) => aspect.name.toLowerCase())
    .join(', ');
  const short = feature.replace(/\s+/g, ' ').slice(0, 160).toWellFormed();
  const spoken = topics === '' ? '' : ` They spoke most of ${topics}.`;
  return `${people.length} personas discussed “${short}”. How they feel about it: ${told || 'nothing was said'}.${spoken} Summed up by rules, without a model.`;
}
