/** A safety engine with the settings a test wants, the defaults otherwise. */
import type { SafetyChecker, SafetySettings } from '../../src/ports/safety.ts';
import { createSafety } from '../../src/safety/create-safety.ts';

export function testSafety(settings: Partial<SafetySettings> = {}): SafetyChecker {
  return createSafety({
    killSwitch: '0',
    maxPromptChars: 4_000,
    denylist: [],
    defaultLatencyBudgetMs: 3_500,
    mode: null,
    ...settings,
  });
}
