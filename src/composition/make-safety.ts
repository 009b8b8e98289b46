/** The one safety engine of this process. */
import type { Config } from '../config.ts';
import type { SafetyChecker } from '../ports/safety.ts';
import { createSafety, type SafetyParts } from '../safety/create-safety.ts';

export function makeSafety(config: Config, parts: Omit<SafetyParts, 'settings'>): SafetyChecker {
  const settings = {
    killSwitch: config.safetyKillSwitch,
    maxPromptChars: config.safetyMaxPromptChars,
    denylist: config.safetyDenylist,
    defaultLatencyBudgetMs: config.safetyDefaultLatencyBudgetMs,
    mode: config.safetyMode,
    tokenBudget: config.safetyTokenBudget,
    costBudgetUsd: config.safetyCostBudgetUsd,
    costModel: config.openaiModel,
    judgeModel: config.safetyJudgeModel,
  };
  return createSafety({ ...parts, settings });
}
