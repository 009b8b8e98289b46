/**
 * Strict mode: every rule looks at the text, so that all findings are shown; the first rule of the order that has reason
 * to decides the exit.
 */
import type { Exit } from '../../core/safety/exit.ts';
import { makeExit } from '../../core/safety/exit-table.ts';
import type { Finding } from '../../core/safety/finding.ts';
import { SENSITIVE_TYPES, type SensitiveType } from '../../core/safety/redaction.ts';
import {
  SAFETY_RULES,
  type SafetyBudgets,
  type SafetyCheckRequest,
  type SafetyRule,
} from '../../core/safety/safety-check.ts';
import { type ContractRules, denylistExit, killExit, lengthExit } from '../contract/check-contract.ts';
import { codePointsAbove } from '../contract/code-points-above.ts';
import { findInjections } from '../injection/find-injections.ts';
import { findSensitive } from '../sensitive/find-sensitive.ts';
import type { Match } from '../sensitive/match.ts';
import { toFinding } from '../sensitive/to-finding.ts';
import { beginningOf } from '../text/beginning-of.ts';
import { type CleanText, cleanText } from '../text/clean-text.ts';
import { budgetExit, type TextBudget } from './budget-exit.ts';
import { findDenied } from './find-denied.ts';
import { findMalformed } from './find-malformed.ts';
import { findOutput } from './find-output.ts';

export interface StrictRules extends ContractRules {
  readonly tokenBudget: number | null;
  readonly costBudgetUsd: number | null;
  readonly costModel: string;
}
export interface Verdict {
  readonly exit: Exit | null;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
}
/** What the rules look at. */
interface Subject {
  readonly request: SafetyCheckRequest;
  readonly clean: CleanText;
  readonly matches: readonly Match[];
  readonly tooLong: Exit | null;
  readonly nowMs: number;
}
interface Looked {
  readonly exit: Exit | null;
  readonly findings?: readonly Finding[];
}

/** A rule that speaks of prompts has nothing to say about answers, and the other way round, unless it is asked by name. */
const BY_STAGE: Readonly<Record<'input' | 'output', readonly SafetyRule[]>> = {
  input: SAFETY_RULES.filter((rule) => rule !== 'output'),
  output: ['kill_switch', 'denylist', 'pii', 'secret', 'output'],
};
/** From here on a finding is reason for an exit. */
const SURE = 0.5;
const MOST_OF_TOO_LONG = 20_000;

export function checkStrict(rules: StrictRules, request: SafetyCheckRequest, nowMs: number): Verdict {
  const { text, stage = 'input' } = request;
  const wanted = request.rules ?? BY_STAGE[stage];
  if (rules.isKilled && wanted.includes('kill_switch')) return { exit: killExit(), findings: [] };
  const tooLong = wanted.includes('length') ? lengthOf(rules, text) : null;
  // Of what is too long anyway only the beginning is looked at: a check costs time by length.
  const clean = cleanText(tooLong === null ? text : beginningOf(text, MOST_OF_TOO_LONG));
  // Together, because a secret may hold what reads like an address.
  const types = SENSITIVE_TYPES.filter((type) => wanted.includes(ruleOf(type)));
  const subject: Subject = { request, clean, matches: findSensitive(clean.text, types), tooLong, nowMs };
  let exit: Exit | null = null;
  const findings: Finding[] = [];
  for (const rule of SAFETY_RULES) {
    if (!wanted.includes(rule)) continue;
    const looked = look(rule, rules, subject);
    exit ??= looked.exit;
    findings.push(...(looked.findings ?? []));
  }
  return { exit, findings: findings.sort((one, other) => one.start - other.start || one.end - other.end) };
}

function look(rule: SafetyRule, rules: StrictRules, subject: Subject): Looked {
  const { request, clean, tooLong, nowMs } = subject;
  switch (rule) {
    case 'malformed':
      return malformed(clean.original);
    case 'length':
      return { exit: tooLong };
    case 'budget':
      return { exit: budgetExit(request.text, budgetOf(rules, request.budgets ?? {}), nowMs) };
    case 'denylist':
      return denied(clean, rules.denylist);
    case 'pii':
    case 'secret':
      return sensitive(rule, subject);
    case 'injection':
      return injection(clean);
    case 'output':
      return output(clean, request.system_prompt);
    default:
      return { exit: null };
  }
}

function ruleOf(type: SensitiveType): 'pii' | 'secret' {
  return type === 'secret' ? 'secret' : 'pii';
}

function lengthOf({ maxPromptChars }: StrictRules, text: string): Exit | null {
  const length = codePointsAbove(text, maxPromptChars);
  return length > maxPromptChars ? lengthExit(length, maxPromptChars) : null;
}

function malformed(text: string): Looked {
  const finding = findMalformed(text);
  if (finding === null) return { exit: null };
  const details = { problem: finding.note ?? '', at: finding.start };
  const message = 'Prompt holds characters that are no text.';
  return { exit: makeExit('malformed_input', message, details), findings: [finding] };
}

function budgetOf(rules: StrictRules, budgets: SafetyBudgets): TextBudget {
  return {
    tokens: budgets.tokens ?? rules.tokenBudget,
    costUsd: budgets.cost_usd ?? rules.costBudgetUsd,
    model: budgets.model ?? rules.costModel,
    callsLeft: budgets.calls_left ?? null,
  };
}

function denied(clean: CleanText, denylist: readonly string[]): Looked {
  const found = findDenied(clean, denylist);
  return found === null ? { exit: null } : { exit: denylistExit(found.keyword), findings: [found.finding] };
}

function sensitive(rule: 'pii' | 'secret', { request, clean, matches }: Subject): Looked {
  const ofRule = matches.filter(({ type }) => ruleOf(type) === rule);
  const reasons = ofRule.filter(({ type, score }) => score >= SURE && !request.allow?.includes(type));
  // The gravest names the exit.
  const pii = SENSITIVE_TYPES.find((type) => reasons.some((match) => match.type === type));
  const subject = request.stage === 'output' ? 'Output' : 'Prompt';
  const message = `${subject} appears to contain sensitive PII.`;
  return {
    exit: pii === undefined ? null : makeExit('sensitive_pii', message, { pii }),
    findings: ofRule.map((match) => toFinding(clean, match)),
  };
}

function injection(clean: CleanText): Looked {
  const { score, findings } = findInjections(clean);
  if (findings.length === 0) return { exit: null };
  const cues = [...new Set(findings.map(({ note = '' }) => note))];
  const details = { score: Math.round(score * 100) / 100, cues };
  return {
    exit: makeExit('jailbreak_detected', 'Prompt contains jailbreak/prompt-injection cues.', details),
    findings,
  };
}

function output(clean: CleanText, systemPrompt: string | undefined): Looked {
  const findings = findOutput(clean, systemPrompt);
  const worst = findings.find(({ score }) => score >= SURE);
  if (worst === undefined) return { exit: null, findings };
  const message =
    worst.type === 'prompt_leak' ? 'Output repeats the system prompt.' : 'Output contains active content.';
  return { exit: makeExit('policy_violation', message, { output: worst.type }), findings };
}
