/**
 * Reads a model's report: what is missing or wrong goes back to it as problems; what only points wrongly (a persona that
 * was not there, a quotation nobody said) is put right or left out, for a report must not claim what was never said.
 */
import { parseJson } from '../llm/structured-answer.ts';
import { type FeedbackReport, feedbackReportSchema } from './feedback-report.ts';
import { placeQuote } from './place-quote.ts';
import type { StudyTurn } from './study-turn.ts';

const SHOWN_PROBLEMS = 12;

export interface ReadReport {
  /** null: it cannot be used. */
  readonly report: FeedbackReport | null;
  readonly problems: readonly string[];
  /** Quotes that nobody said. */
  readonly droppedQuotes: number;
}

export function readReport(text: string, turns: readonly StudyTurn[]): ReadReport {
  const json = parseJson(text);
  if (json === undefined) return refused(['It is not complete, valid JSON']);
  const parsed = feedbackReportSchema.safeParse(json);
  if (!parsed.success)
    return refused(
      parsed.error.issues
        .slice(0, SHOWN_PROBLEMS)
        .map(({ path, message }) => `${path.join('.') || '(root)'}: ${message}`),
    );
  if (parsed.data.summary.trim() === '') return refused(['summary: it is empty']);
  return pointedRight(parsed.data, turns);
}

function pointedRight(report: FeedbackReport, turns: readonly StudyTurn[]): ReadReport {
  const names = new Map(turns.map(({ persona_id, name }) => [persona_id, name]));
  const known = (ids: readonly number[]) => [...new Set(ids)].filter((id) => names.has(id));
  const felt = new Map(report.sentiment.map((one) => [one.persona_id, one]));
  const silent = [...names.keys()].filter((id) => !felt.has(id));
  if (silent.length > 0)
    return refused([
      `sentiment: an entry is missing for persona ${silent.slice(0, SHOWN_PROBLEMS).join(', ')}`,
    ]);
  const quotes = report.quotes.flatMap((quote) => placeQuote(quote, turns) ?? []);
  const unique = [...new Map(quotes.map((quote) => [`${quote.turn} ${quote.text}`, quote])).values()];
  return {
    report: {
      summary: report.summary,
      themes: report.themes.map((theme) => ({ ...theme, persona_ids: known(theme.persona_ids) })),
      sentiment: [...names].flatMap(([id, name]) => {
        const one = felt.get(id);
        return one === undefined ? [] : [{ ...one, name }];
      }),
      insights: report.insights.map((insight) => ({ ...insight, persona_ids: known(insight.persona_ids) })),
      quotes: unique,
    },
    problems: [],
    droppedQuotes: report.quotes.length - quotes.length,
  };
}

function refused(problems: readonly string[]): ReadReport {
  return { report: null, problems, droppedQuotes: 0 };
}
