/** The one safety engine of this process. */
import type { Config } from '../config.ts';
import type { SafetyChecker } from '../ports/safety.ts';
import { createSafety } from '../safety/create-safety.ts';

export function makeSafety(config: Config): SafetyChecker {
  return createSafety({
    killSwitch: config.safetyKillSwitch,
    maxPromptChars: config.safetyMaxPromptChars,
    denylist: config.safetyDenylist,
    defaultLatencyBudgetMs: config.safetyDefaultLatencyBudgetMs,
    mode: config.safetyMode,
  });
}
