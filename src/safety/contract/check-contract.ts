/**
 * Contract mode: the rules of persona-lab, exactly and in its order, with its false alarms and its gaps. What is wrong
 * with them is repaired in strict mode, never here.
 */
import type { Exit } from '../../core/safety/exit.ts';
import { makeExit } from '../../core/safety/exit-table.ts';
import { codePointsAbove } from './code-points-above.ts';
import { CONTRACT_PATTERNS } from './contract-patterns.ts';

const PHRASES = [
  'ignore previous instructions',
  'disregard your rules',
  'break character',
  'jailbreak',
  'do anything now',
  'developer mode',
  'bypass safety',
  'as an ai with no restrictions',
];

const FEWEST_DIGITS = 9;

export interface ContractRules {
  readonly isKilled: boolean;
  readonly maxPromptChars: number;
  /** Lower-cased, in the order in which they are looked for. */
  readonly denylist: readonly string[];
}

/** The first rule that is hit decides. */
export function checkContract(rules: ContractRules, prompt: string): Exit | null {
  if (rules.isKilled) return killExit();
  const length = codePointsAbove(prompt, rules.maxPromptChars);
  if (length > rules.maxPromptChars) return lengthExit(length, rules.maxPromptChars);
  const lowered = prompt.toLowerCase();
  const keyword = rules.denylist.find((word) => lowered.includes(word));
  if (keyword !== undefined) return denylistExit(keyword);
  const pii = piiPattern(prompt);
  if (pii !== null) return makeExit('sensitive_pii', 'Prompt appears to contain sensitive PII.', { pii });
  const phrase = PHRASES.find((cue) => lowered.includes(cue));
  if (phrase === undefined) return null;
  return makeExit('jailbreak_detected', 'Prompt contains jailbreak/prompt-injection cues.', { phrase });
}

export function killExit(): Exit {
  const hint = 'Unset SAFETY_KILL_SWITCH to re-enable';
  return makeExit('kill_switch', 'Safety kill switch active — generation disabled.', { hint });
}

export function lengthExit(length: number, most: number): Exit {
  return makeExit('prompt_too_long', `Prompt exceeds ${most} characters.`, { length });
}

export function denylistExit(keyword: string): Exit {
  return makeExit('policy_violation', 'Prompt triggered denylist keyword.', { keyword });
}

function piiPattern(prompt: string): string | null {
  if (!mayHaveNumber(prompt)) return null;
  if (CONTRACT_PATTERNS.ssn.test(prompt)) return 'ssn_pattern';
  return CONTRACT_PATTERNS.card.test(prompt) ? 'credit_card_pattern' : null;
}

/** Both patterns need nine digits; most prompts have fewer, and counting costs a fiftieth of looking. */
function mayHaveNumber(prompt: string): boolean {
  let digits = 0;
  for (let index = 0; index < prompt.length; index++) {
    const code = prompt.charCodeAt(index);
    if (code > 127) return true;
    if (code >= 48 && code < 58 && ++digits === FEWEST_DIGITS) return true;
  }
  return false;
}
