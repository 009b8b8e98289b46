/** Masks what a safety check has found in a text; where it cannot say which part it is, the whole goes. */
import type { Finding } from '../safety/finding.ts';

export function maskFindings(text: string, findings: readonly Finding[]): string {
  const spans = findings
    .filter(({ start, end }) => end > start && start < text.length)
    .sort((left, right) => left.start - right.start);
  if (spans.length === 0) return '[withheld by the safety check]';
  let masked = '';
  let at = 0;
  for (const { start, end, type } of spans) {
    if (end <= at) continue;
    masked += `${text.slice(at, Math.max(at, start))}[${type}]`;
    at = end;
  }
  return masked + text.slice(at);
}
