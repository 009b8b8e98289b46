/** The request models and query fields of the A/B, feedback, safety and fun routes, in the order their faults are listed. */
import type { Field } from './fastapi/field.ts';

const YEAR_SECONDS = 31_536_000;

export const PREDICT_MODEL = [
  { name: 'user_id', kind: 'text' },
  { name: 'prompt', kind: 'text' },
  { name: 'session_id', kind: 'text', isNullable: true, fallback: null },
  { name: 'deterministic', kind: 'flag', isNullable: true, fallback: false },
] as const satisfies readonly Field[];

export const FEEDBACK_MODEL = [
  { name: 'session_id', kind: 'text', isNullable: true, fallback: null },
  { name: 'interaction_id', kind: 'text', isNullable: true, fallback: null },
  { name: 'score', kind: 'whole', minimum: 1, maximum: 5 },
  { name: 'notes', kind: 'text', isNullable: true, fallback: null },
] as const satisfies readonly Field[];

export const GENERATE_MODEL = [
  { name: 'persona', kind: 'text', isNullable: true, fallback: 'default' },
  { name: 'prompt', kind: 'text' },
  { name: 'latency_budget_ms', kind: 'whole', isNullable: true, fallback: null },
] as const satisfies readonly Field[];

export const GENERATE_V2_MODEL = [{ name: 'prompt', kind: 'text' }] as const satisfies readonly Field[];

export const POLICY_QUERY = [
  { name: 'name', kind: 'text', fallback: 'default' },
] as const satisfies readonly Field[];
export const LEADERBOARD_QUERY = [
  { name: 'days', kind: 'whole', minimum: 1, maximum: 365, fallback: 30 },
] as const satisfies readonly Field[];
export const ENGAGEMENT_QUERY = [
  {
    name: 'window_seconds',
    kind: 'whole',
    isNullable: true,
    minimum: 1,
    maximum: YEAR_SECONDS,
    fallback: null,
  },
  { name: 'limit', kind: 'whole', minimum: 1, maximum: 200, fallback: 10 },
] as const satisfies readonly Field[];
export const REASON_QUERY = [
  { name: 'reason', kind: 'text', fallback: 'unspecified' },
] as const satisfies readonly Field[];
export const GREET_QUERY = [
  { name: 'name', kind: 'text', minLength: 1, maxLength: 40, fallback: 'friend' },
] as const satisfies readonly Field[];
export const EMOJI_QUERY = [{ name: 'mood', kind: 'text' }] as const satisfies readonly Field[];
export const ROLL_QUERY = [
  { name: 'd', kind: 'whole', minimum: 2, maximum: 1000, fallback: 6 },
  { name: 'n', kind: 'whole', minimum: 1, maximum: 100, fallback: 1 },
] as const satisfies readonly Field[];
