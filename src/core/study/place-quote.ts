/** Finds where a quotation stands. Models miscount turns, straighten apostrophes and leave words out at the ends. */
import type { Quote } from './feedback-report.ts';
import type { StudyTurn } from './study-turn.ts';

const LEAST_CHARACTERS = 4;

/** As it stands in the turn, with the number of that turn and who said it; null when nobody did. */
export function placeQuote(quote: Quote, turns: readonly StudyTurn[]): Quote | null {
  const wanted = folded(quote.text.replace(/^[\s"“”'‘’…]+|[\s"“”'‘’…]+$/g, ''));
  if (wanted.text.length < LEAST_CHARACTERS) return null;
  const nearest = [...turns].sort((left, right) => distance(quote, left) - distance(quote, right));
  for (const turn of nearest) {
    const said = folded(turn.text);
    const at = said.text.indexOf(wanted.text);
    if (at < 0) continue;
    const end = said.origin[at + wanted.text.length - 1] ?? 0;
    const text = turn.text.slice(said.origin[at] ?? 0, end + 1);
    return { persona_id: turn.persona_id, turn: turn.turn, text };
  }
  return null;
}

/** The turn it names first, then what the persona it names said, then everything else. */
function distance(quote: Quote, turn: StudyTurn): number {
  if (turn.turn === quote.turn) return 0;
  return turn.persona_id === quote.persona_id ? 1 : 2;
}

interface Folded {
  readonly text: string;
  /** Where each of its UTF-16 units comes from. */
  readonly origin: readonly number[];
}

/** Lower case, plain apostrophes, single spaces: each unit knows where it was. */
function folded(text: string): Folded {
  let plain = '';
  const origin: number[] = [];
  for (const [index, unit] of [...text.split('')].entries()) {
    const isSpace = /\s/.test(unit);
    if (isSpace && plain.endsWith(' ')) continue;
    const lower = isSpace ? ' ' : (PLAIN[unit] ?? lowered(unit));
    plain += lower;
    origin.push(index);
  }
  return { text: plain, origin };
}

const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
};

/** Some letters become two when lowered: those stay as they are, for places to match. */
function lowered(unit: string): string {
  const lower = unit.toLowerCase();
  return lower.length === 1 ? lower : unit;
}
