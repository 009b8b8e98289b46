/** What each reason means and what a client should do about it; the only place where severities stand. */
import type { JsonObject } from '../json.ts';
import { EXIT_REASONS, type Exit, type ExitReason, type ExitSeverity } from './exit.ts';

export interface ExitRow {
  readonly severity: ExitSeverity;
  readonly description: string;
  /** Shown to those who build clients. */
  readonly clientAction: string;
}

export const EXIT_TABLE: Readonly<Record<ExitReason, ExitRow>> = {
  kill_switch: {
    severity: 'high',
    description: 'Operator disabled generation via kill switch.',
    clientAction: 'Show a friendly outage banner; retry later.',
  },
  prompt_too_long: {
    severity: 'low',
    description: 'Prompt length exceeds configured limit.',
    clientAction: 'Ask user to shorten input; consider chunking.',
  },
  policy_violation: {
    severity: 'medium',
    description: 'Denylist/policy phrase detected.',
    clientAction: 'Redact or rephrase; show policy hint.',
  },
  sensitive_pii: {
    severity: 'high',
    description: 'Possible sensitive PII detected (e.g., SSN/credit card).',
    clientAction: 'Block; advise removing PII before retry.',
  },
  jailbreak_detected: {
    severity: 'medium',
    description: 'Prompt-injection/jailbreak cue detected.',
    clientAction: 'Suggest safer phrasing; remove jailbreak cues.',
  },
  latency_budget: {
    severity: 'low',
    description: 'Request exceeded latency budget.',
    clientAction: 'Offer retry or streaming; widen budget if needed.',
  },
  token_budget: {
    severity: 'low',
    description: 'Estimated token budget exceeded.',
    clientAction: 'Shorten input/context or increase budget.',
  },
  cost_budget: {
    severity: 'low',
    description: 'Estimated cost exceeded configured budget.',
    clientAction: 'Confirm spend or pick a cheaper path.',
  },
  rate_limit: {
    severity: 'low',
    description: 'Too many requests.',
    clientAction: 'Backoff and retry later.',
  },
  malformed_input: {
    severity: 'low',
    description: 'Input didn’t pass validation/hygiene.',
    clientAction: 'Fix input shape/encoding and retry.',
  },
  unspecified: {
    severity: 'low',
    description: 'Generic safety exit (unspecified).',
    clientAction: 'Retry or contact support with request ID.',
  },
};

/** An exit with the severity of its reason. */
export function makeExit(reason: ExitReason, message: string, details: JsonObject): Exit {
  return { reason, severity: EXIT_TABLE[reason].severity, message, details };
}

/** Every reason in the order of the table, as `GET /safety/exits` shows them. */
export function listExits(): ({ reason: ExitReason } & ExitRow)[] {
  return EXIT_REASONS.map((reason) => ({ reason, ...EXIT_TABLE[reason] }));
}
