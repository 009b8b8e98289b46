/** The settings of the safety engine; part of the table in settings.ts. */
import { choice, list, optional, setting, text, wholeNumber } from './setting.ts';

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
};
