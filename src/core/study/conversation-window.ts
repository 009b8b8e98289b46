/** As much of a conversation as fits into a prompt: the latest rounds whole, what was before in short, the oldest not at all. */
import type { GivenTurn } from './study-turn.ts';

const MOST_CHARACTERS = 24_000;
const WHOLE_TURNS = 40;
const SHORT_CHARACTERS = 240;

export function conversationWindow<Turn extends GivenTurn>(turns: readonly Turn[]): Turn[] {
  const kept: Turn[] = [];
  let room = MOST_CHARACTERS;
  for (const [age, turn] of [...turns].reverse().entries()) {
    const shown = age < WHOLE_TURNS ? turn : { ...turn, text: shortened(turn.text) };
    room -= shown.text.length;
    if (room < 0) break;
    kept.push(shown);
  }
  return kept.reverse();
}

function shortened(text: string): string {
  return text.length <= SHORT_CHARACTERS ? text : `${text.slice(0, SHORT_CHARACTERS - 1).toWellFormed()}…`;
}
