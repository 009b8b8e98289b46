/**
 * Checks a text of any length in overlapping pieces, giving the event loop back between them. A text of one piece is
 * answered at once. Spans are those of the pieces: whoever shows them checks shorter texts.
 */
import { setImmediate as others } from 'node:timers/promises';
import type { SafetyCheckRequest, SafetyReport } from '../core/safety/safety-check.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';

const PIECE_CHARS = 40_000;
/** Longer than what a rule looks at together. */
const OVERLAP_CHARS = 2_000;

type Check = Pick<SafetyServices, 'check'>;

export function checkLong(safety: Check, request: SafetyCheckRequest): SafetyReport | Promise<SafetyReport> {
  return request.text.length <= PIECE_CHARS ? safety.check(request) : checkPieces(safety, request);
}

async function checkPieces(safety: Check, request: SafetyCheckRequest): Promise<SafetyReport> {
  const whole: SafetyReport = { exit: null, findings: [], elapsed_ms: 0 };
  for (let start = 0; start < request.text.length; start += PIECE_CHARS - OVERLAP_CHARS) {
    const piece = safety.check({ ...request, text: request.text.slice(start, start + PIECE_CHARS) });
    whole.exit ??= piece.exit;
    whole.findings.push(...piece.findings);
    whole.elapsed_ms += piece.elapsed_ms;
    if (whole.exit !== null) break;
    await others();
  }
  return whole;
}
