/** A reply where no model is asked: by rules, and it says so. It tells what it can: what was understood, what to do. */
import type { Message } from './message.ts';

const REASONS: Readonly<Record<string, string>> = {
  no_llm_key: 'there is no key for a model: send X-LLM-API-KEY, or store one with config.llm_key.set',
  conversation_quota_exceeded:
    "today's replies by a model are used up: bring a key of your own (X-LLM-API-KEY), or come back after midnight UTC",
  requested: 'use_demo was asked for',
  forced: 'this server answers everything in demo mode (FORCE_DEMO)',
};
const GREETING = /^\s*(hi|hello|hey|good (morning|day|evening)|hallo|hola|bonjour|ciao|servus)\b/iu;
const MOST_QUOTED = 160;

/** `history`: oldest first, the message to be answered last. */
export function demoReply(history: readonly Message[], reason: string): string {
  const text = history.at(-1)?.text ?? '';
  const turns = history.filter(({ role }) => role === 'user').length;
  const why = `[Demo reply: no model was asked, because ${REASONS[reason] ?? reason}.]`;
  return [
    answerTo(text),
    turns > 1 ? `This is your message number ${turns} here; I have them all.` : null,
    why,
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}

function answerTo(text: string): string {
  if (GREETING.test(text) && text.length < 80)
    return 'Hello! Ask me something, and a model would answer here with what was said before in mind.';
  const words = text.trim().split(/\s+/u).length;
  const sum = sumIn(text);
  if (sum !== null) return sum;
  const kind = text.trimEnd().endsWith('?') ? 'You asked' : 'You said';
  return `${kind} (${words} ${words === 1 ? 'word' : 'words'}): “${quoted(text)}”`;
}

/** Two numbers and a sign are within the reach of rules. */
function sumIn(text: string): string | null {
  const found = /(-?\d{1,9}(?:\.\d{1,6})?)\s*([+\-*x×/÷])\s*(-?\d{1,9}(?:\.\d{1,6})?)/u.exec(text);
  if (found === null) return null;
  const [, left, sign, right] = found as unknown as [string, string, string, string];
  const [one, other] = [Number(left), Number(right)];
  const results: Readonly<Record<string, number>> = {
    '+': one + other,
    '-': one - other,
    '/': one / other,
    '÷': one / other,
  };
  const result = results[sign] ?? one * other;
  return Number.isFinite(result) ? `${left} ${sign} ${right} = ${Number(result.toPrecision(12))}` : null;
}

function quoted(text: string): string {
  const characters = [...text.trim().replaceAll(/\s+/gu, ' ')];
  if (characters.length <= MOST_QUOTED) return characters.join('');
  return `${characters.slice(0, MOST_QUOTED).join('')}…`;
}
