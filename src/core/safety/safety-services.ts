/** The safety engine as executors and hooks see it. */
import type { LlmClient } from '../llm/chat.ts';
import type { RedactionReport, RedactionRequest } from './redaction.ts';
import type { SafetyCheckRequest, SafetyReport } from './safety-check.ts';

export interface SafetyServices {
  /** Never throws. */
  check(request: SafetyCheckRequest): SafetyReport;
  /** Never throws. */
  redact(request: RedactionRequest): RedactionReport;
  /**
   * As `check`; then, where SAFETY_JUDGE_MODEL names a model and the rules found no exit, that model is asked too. It can
   * add an exit, never take one away; when it fails, the rules' answer stands and `judge` says so. Throws only
   * `task_cancelled`.
   */
  checkWithJudge(request: SafetyCheckRequest, llm: LlmClient): Promise<SafetyReport>;
}
