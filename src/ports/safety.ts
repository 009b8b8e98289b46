/** The safety engine: one set of rules for routes, hooks and executors. Nothing of it waits but the judge. */
import type { Exit } from '../core/safety/exit.ts';
import type { SafetyMode } from '../core/safety/safety-check.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';

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
  /** Most tokens of a prompt in strict mode, by estimate; null: no limit. */
  readonly tokenBudget: number | null;
  /** Most a prompt may cost in strict mode; null: no limit. */
  readonly costBudgetUsd: number | null;
  /** Whose prices count where a check names no model. */
  readonly costModel: string;
  /** The model that judges beside the rules; null: none. */
  readonly judgeModel: string | null;
}

export interface SafetyChecker extends SafetyServices {
  readonly settings: SafetySettings;
  /**
   * The rules of persona-lab, exactly and in order; its latency budget is the route's (`latencyExit`). Never throws.
   * A fraction of what `check` costs: it makes no findings.
   */
  checkContract(prompt: string): Exit | null;
}
