/** What a model said, as it is kept: no control characters, no name in front, no quotation marks around, not too long. */
import { firstName } from './first-name.ts';
import { MOST_TURN_CHARACTERS } from './study-turn.ts';

/** Control characters but tab and line feed, and those that reorder or hide what is read. */
const UNSEEN = /[^\P{Cc}\t\n]|[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

export function cleanTurn(text: string, name: string): string {
  const plain = text.normalize('NFC').replace(UNSEEN, '').trim();
  const unnamed = withoutName(plain, name);
  const bare = /^"[^"]*"$/.test(unnamed) ? unnamed.slice(1, -1) : unnamed;
  return bare.trim().slice(0, MOST_TURN_CHARACTERS).toWellFormed();
}

function withoutName(text: string, name: string): string {
  const names = [name, firstName(name)];
  for (const one of names) {
    for (const start of [`${one}:`, `**${one}:**`, `**${one}**:`])
      if (one !== '' && text.toLowerCase().startsWith(start.toLowerCase()))
        return text.slice(start.length).trim();
  }
  return text;
}
