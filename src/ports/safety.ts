/** The safety engine: one set of rules for routes, hooks and executors. Nothing of it waits for anything but `judge`. */
import type { Exit } from '../core/safety/exit.ts';
import type { RedactionReport, RedactionRequest } from '../core/safety/redaction.ts';
import type { SafetyCheckRequest, SafetyMode, SafetyReport } from '../core/safety/safety-check.ts';

/** The settings as they were at the start. */
export interface SafetySettings {
  /** As it was given: `0`, `1`, `true` … */
  readonly killSwitch: string;
  /** In code points. */
  readonly maxPromptChars: number;
  /** In the case they were given in. */
  readonly denylist: readonly string[];
  readonly defaultLatencyBudgetMs: number;
  /** SAFETY_MODE; null: contract on persona-lab's paths, strict elsewhere. */
  readonly mode: SafetyMode | null;
}

export interface SafetyChecker {
  readonly settings: SafetySettings;
  /**
   * The rules of persona-lab, exactly and in order; its latency budget is the route's (`latencyExit`). Never throws.
   * A fraction of what `check` costs: it makes no findings.
   */
  checkContract(prompt: string): Exit | null;
  /** Everything else. Never throws. */
  check(request: SafetyCheckRequest): SafetyReport;
  redact(request: RedactionRequest): RedactionReport;
}
