/** The settings of the safety engine; part of the table in settings.ts. */
import { choice, list, optional, positiveDecimal, setting, text, wholeNumber } from './setting.ts';

const DAY_MS = 86_400_000;

export const SAFETY_SETTINGS = {
  safetyKillSwitch: setting(
    'Safety',
    'SAFETY_KILL_SWITCH',
    text,
    '0',
    'Stops every text at the safety engine: 1, true or on. Anything else is off, "yes" too.',
  ),
  safetyMaxPromptChars: setting(
    'Safety',
    'SAFETY_MAX_PROMPT_CHARS',
    wholeNumber(0, 100_000_000),
    4_000,
    'Longest prompt, in characters (code points).',
  ),
  safetyDenylist: setting(
    'Safety',
    'SAFETY_DENYLIST',
    list,
    [],
    'Words and phrases no prompt may contain, comma-separated, in any case.',
  ),
  safetyDefaultLatencyBudgetMs: setting(
    'Safety',
    'SAFETY_DEFAULT_LATENCY_BUDGET_MS',
    wholeNumber(0, DAY_MS),
    3_500,
    'Latency budget of requests that name none, in milliseconds.',
  ),
  safetyMode: setting(
    'Safety',
    'SAFETY_MODE',
    optional(choice('contract', 'strict')),
    null,
    "contract: persona-lab's rules everywhere; strict: ours everywhere. Unset: contract on persona-lab's paths, strict elsewhere.",
  ),
  safetyTokenBudget: setting(
    'Safety',
    'SAFETY_TOKEN_BUDGET',
    optional(wholeNumber(1, 100_000_000)),
    null,
    'Most tokens of a prompt in strict mode, by estimate. Unset: no limit.',
  ),
  safetyCostBudgetUsd: setting(
    'Safety',
    'SAFETY_COST_BUDGET_USD',
    optional(positiveDecimal),
    null,
    'Most a prompt may cost as input of its model in strict mode, in dollars. Unset: no limit.',
  ),
  safetyJudgeModel: setting(
    'Safety',
    'SAFETY_JUDGE_MODEL',
    optional(text),
    null,
    'A model that judges beside the rules, where a caller brings a key (it can only add exits). Unset: none.',
  ),
  safetyTasks: setting(
    'Safety',
    'SAFETY_TASKS',
    choice('off', 'annotate', 'block'),
    'annotate',
    'What becomes of model tasks with injections or secrets in prompt or answer: off, annotate (their end says so), block.',
  ),
};
