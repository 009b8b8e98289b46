/** Replaces what was found. Equal values get equal hashes under one key, and nobody without it can guess them. */
import { createHmac } from 'node:crypto';
import type { Finding } from '../../core/safety/finding.ts';
import {
  type RedactionReport,
  type RedactionRequest,
  type RedactionStyle,
  SENSITIVE_TYPES,
} from '../../core/safety/redaction.ts';
import { cleanText } from '../text/clean-text.ts';
import { findSensitive } from './find-sensitive.ts';
import { toFinding } from './to-finding.ts';

/** What `partial` leaves of a value, and the shortest value it leaves anything of. */
const KEPT_CHARS = 4;
const SHORTEST_KEPT = 8;
const HASH_CHARS = 12;

export function redact(request: RedactionRequest, hashKey: Uint8Array): RedactionReport {
  const { text, style = 'type' } = request;
  const clean = cleanText(text);
  const matches = findSensitive(clean.text, request.entities ?? SENSITIVE_TYPES);
  const findings = matches.map((match) => toFinding(clean, match));
  return { text: replaceFindings(text, findings, style, hashKey), findings };
}

/** `findings` in the order of the text, without overlaps. */
export function replaceFindings(
  text: string,
  findings: readonly Finding[],
  style: RedactionStyle,
  hashKey: Uint8Array,
): string {
  let redacted = '';
  let position = 0;
  for (const { type, start, end } of findings) {
    redacted += text.slice(position, start) + replacement(type, text.slice(start, end), style, hashKey);
    position = end;
  }
  return redacted + text.slice(position);
}

function replacement(type: string, value: string, style: RedactionStyle, hashKey: Uint8Array): string {
  const name = type.toUpperCase();
  if (style === 'type') return `[${name}]`;
  if (style === 'hash') return `[${name}:${keyed(value, hashKey)}]`;
  const kept =
    style === 'partial' && value.length >= SHORTEST_KEPT && type !== 'secret' ? value.slice(-KEPT_CHARS) : '';
  return '*'.repeat(value.length - kept.length) + kept;
}

/** Spelling does not matter: a card is the same with blanks and without. */
function keyed(value: string, hashKey: Uint8Array): string {
  const plain = value.toLowerCase().replace(/[\s().-]/g, '');
  return createHmac('sha256', hashKey).update(plain).digest('hex').slice(0, HASH_CHARS);
}
