/** A safety engine with the settings a test wants, the defaults otherwise. */
import type { SafetyChecker, SafetySettings } from '../../src/ports/safety.ts';
import { createSafety } from '../../src/safety/create-safety.ts';

export function testSafety(settings: Partial<SafetySettings> = {}): SafetyChecker {
  const all = {
    killSwitch: '0',
    maxPromptChars: 4_000,
    denylist: [],
    defaultLatencyBudgetMs: 3_500,
    mode: null,
    tokenBudget: null,
    costBudgetUsd: null,
    costModel: 'gpt-4o-mini',
    judgeModel: null,
    ...settings,
  };
  return createSafety({ settings: all, hashKey: new Uint8Array(32) });
}
