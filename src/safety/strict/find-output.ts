/** What is wrong with an answer beside personal data: active content, and the system prompt of the model that gave it. */
import type { Finding } from '../../core/safety/finding.ts';
import { type CleanText, originalSpan } from '../text/clean-text.ts';
import { isWithin } from '../text/is-within.ts';
import { tokenize } from '../text/tokenize.ts';
import { CODE, LEAK_MARKERS, OUTPUT_PATTERNS, TELLING_IMAGE } from './output-patterns.ts';

/** Words in a row that two texts share only when one was copied. */
const ROW_WORDS = 8;

export function findOutput(clean: CleanText, systemPrompt: string | undefined): Finding[] {
  return [
    ...activeContent(clean),
    ...(systemPrompt === undefined ? [] : copiedRows(clean, systemPrompt)),
    ...[...clean.text.matchAll(LEAK_MARKERS)].map((match) =>
      found(clean, match, 'prompt_leak', 0.4, 'talks about its orders'),
    ),
  ];
}

function activeContent(clean: CleanText): Finding[] {
  // Only a sign that both kinds begin with makes the patterns worth their time.
  if (!/[<:[]/.test(clean.text)) return [];
  const code = [...clean.text.matchAll(CODE)].map(({ index, 0: text }) => ({
    start: index,
    end: index + text.length,
  }));
  const isShown = (at: number) => !isWithin(code, at);
  const findings: Finding[] = [];
  for (const [note, pattern] of Object.entries(OUTPUT_PATTERNS)) {
    for (const match of clean.text.matchAll(pattern)) {
      if (isShown(match.index)) findings.push(found(clean, match, 'active_content', 0.95, note));
    }
  }
  for (const match of clean.text.matchAll(TELLING_IMAGE)) {
    if (isShown(match.index)) findings.push(found(clean, match, 'telling_image', 0.4, 'image with a query'));
  }
  return findings;
}

/** Rows of words that stand in the system prompt too, joined where they overlap. */
function copiedRows(clean: CleanText, systemPrompt: string): Finding[] {
  const secret = tokenize(systemPrompt).map(({ word }) => word);
  const rows = new Set(rowsOf(secret));
  if (rows.size === 0) return [];
  const tokens = tokenize(clean.text);
  const spans: { start: number; end: number }[] = [];
  rowsOf(tokens.map(({ word }) => word)).forEach((row, at) => {
    if (!rows.has(row)) return;
    const start = tokens[at]?.start ?? 0;
    const end = tokens[at + ROW_WORDS - 1]?.end ?? start;
    const last = spans.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else spans.push({ start, end });
  });
  return spans.map(({ start, end }) => ({
    type: 'prompt_leak',
    category: 'output',
    ...originalSpan(clean, start, end),
    score: 0.95,
    note: 'words of the system prompt',
  }));
}

function rowsOf(words: readonly string[]): string[] {
  const rows: string[] = [];
  for (let at = 0; at + ROW_WORDS <= words.length; at++) rows.push(words.slice(at, at + ROW_WORDS).join(' '));
  return rows;
}

function found(clean: CleanText, match: RegExpExecArray, type: string, score: number, note: string): Finding {
  const span = originalSpan(clean, match.index, match.index + match[0].length);
  return { type, category: 'output', ...span, score, note };
}
