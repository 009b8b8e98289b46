/** Makes the safety engine from its settings. It keeps no state: every check stands alone. */
import type { SafetyChecker, SafetySettings } from '../ports/safety.ts';
import { checkContract } from './contract/check-contract.ts';

const ON = ['1', 'true', 'on'];

export function createSafety(settings: SafetySettings): SafetyChecker {
  const rules = {
    isKilled: ON.includes(settings.killSwitch.toLowerCase()),
    maxPromptChars: settings.maxPromptChars,
    denylist: settings.denylist.map((word) => word.toLowerCase()),
  };
  return {
    settings,
    checkContract: (prompt) => checkContract(rules, prompt),
    check({ text }) {
      const startedAt = performance.now();
      const exit = checkContract(rules, text);
      return { exit, findings: [], elapsed_ms: performance.now() - startedAt };
    },
    redact: ({ text }) => ({ text, findings: [] }),
  };
}
