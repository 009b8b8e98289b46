/** Makes the safety engine from its settings. It keeps no state: every check stands alone. */
import { randomBytes } from 'node:crypto';
import type { SafetyCheckRequest, SafetyReport } from '../core/safety/safety-check.ts';
import type { SafetyChecker, SafetySettings } from '../ports/safety.ts';
import type { SafetyMetrics } from '../ports/telemetry.ts';
import { checkContract } from './contract/check-contract.ts';
import { askJudge } from './judge.ts';
import { redact, replaceFindings } from './sensitive/redact.ts';
import { checkStrict, type StrictRules } from './strict/check-strict.ts';

export interface SafetyParts {
  readonly settings: SafetySettings;
  /** Of hashed values; absent: a new one for this process. */
  readonly hashKey?: Uint8Array;
  readonly metrics?: SafetyMetrics;
}

const ON = ['1', 'true', 'on'];

export function createSafety(parts: SafetyParts): SafetyChecker {
  const { settings, metrics, hashKey = randomBytes(32) } = parts;
  const rules: StrictRules = {
    isKilled: ON.includes(settings.killSwitch.toLowerCase()),
    maxPromptChars: settings.maxPromptChars,
    denylist: settings.denylist.map((word) => word.toLowerCase()),
    tokenBudget: settings.tokenBudget,
    costBudgetUsd: settings.costBudgetUsd,
    costModel: settings.costModel,
  };
  const check = (request: SafetyCheckRequest): SafetyReport => {
    const mode = request.mode ?? settings.mode ?? 'strict';
    const report =
      mode === 'contract' ? contractReport(rules, request) : strictReport(rules, request, hashKey);
    metrics?.observeSafety({
      mode,
      stage: request.stage ?? 'input',
      outcome: report.exit?.reason ?? 'clear',
    });
    return report;
  };
  return {
    settings,
    checkContract(prompt) {
      const exit = checkContract(rules, prompt);
      metrics?.observeSafety({ mode: 'contract', stage: 'input', outcome: exit?.reason ?? 'clear' });
      return exit;
    },
    check,
    redact: (request) => redact(request, hashKey),
    async checkWithJudge(request, llm) {
      const report = check(request);
      const isAsked = settings.judgeModel !== null && report.exit === null && request.stage !== 'output';
      return isAsked ? askJudge(report, request.text, llm, settings.judgeModel ?? '') : report;
    },
  };
}

/** persona-lab looks at no answers. */
function contractReport(rules: StrictRules, { text, stage }: SafetyCheckRequest): SafetyReport {
  const startedAt = performance.now();
  const exit = stage === 'output' ? null : checkContract(rules, text);
  return { exit, findings: [], elapsed_ms: performance.now() - startedAt };
}

function strictReport(rules: StrictRules, request: SafetyCheckRequest, hashKey: Uint8Array): SafetyReport {
  const startedAt = performance.now();
  const { exit, findings } = checkStrict(rules, request, Date.now());
  const sensitive = findings.filter(({ category }) => category === 'pii' || category === 'secret');
  const redacted =
    sensitive.length === 0 ? {} : { redacted: replaceFindings(request.text, sensitive, 'type', hashKey) };
  return { exit, findings: [...findings], ...redacted, elapsed_ms: performance.now() - startedAt };
}
