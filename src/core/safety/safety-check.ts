/** What is asked of the safety engine and what it answers. Executors, methods and routes all use these shapes. */
import { z } from 'zod';
import { exitSchema } from './exit.ts';
import { findingSchema } from './finding.ts';
import { safetyTextSchema, sensitiveTypeSchema } from './redaction.ts';

/** Rules of strict mode, in the order in which the first exit is looked for. */
export const SAFETY_RULES = [
  'kill_switch',
  'malformed',
  'length',
  'budget',
  'denylist',
  'pii',
  'secret',
  'injection',
  'output',
] as const;
export const safetyRuleSchema = z.enum(SAFETY_RULES);
export type SafetyRule = z.infer<typeof safetyRuleSchema>;

/** `contract`: the rules of persona-lab and nothing else. `strict`: ours. */
export const safetyModeSchema = z.enum(['contract', 'strict']);
export type SafetyMode = z.infer<typeof safetyModeSchema>;

/** `input`: what a user sends to a model. `output`: what a model answers. */
export const safetyStageSchema = z.enum(['input', 'output']);

export const safetyBudgetsSchema = z.object({
  tokens: z.number().int().min(0).optional().describe('Most tokens the text may have, by estimate'),
  cost_usd: z.number().min(0).optional().describe('Most the text may cost as input of `model`'),
  model: z.string().optional().describe('Whose prices count for `cost_usd`. Left out: OPENAI_MODEL'),
  calls_left: z.number().int().optional().describe('Calls this caller has left; none is a rate_limit exit'),
});
export type SafetyBudgets = z.infer<typeof safetyBudgetsSchema>;

export const safetyCheckRequestSchema = z.object({
  text: safetyTextSchema.describe('The text to look at'),
  stage: safetyStageSchema.default('input').describe('input: sent to a model; output: answered by one'),
  mode: safetyModeSchema.optional().describe('Left out: strict, or what SAFETY_MODE says'),
  rules: z.array(safetyRuleSchema).optional().describe('Only these rules (strict mode). Left out: all'),
  budgets: safetyBudgetsSchema.optional().describe('Limits of this text alone'),
  allow: z
    .array(sensitiveTypeSchema)
    .optional()
    .describe('Found all the same, but no reason for an exit, e.g. email where people leave their address'),
  system_prompt: z
    .string()
    .optional()
    .describe('Of the model that answered (stage output): an answer that repeats it is an exit'),
});
export type SafetyCheckRequest = z.input<typeof safetyCheckRequestSchema>;

/** What became of the question to the judge. `failed`: the rules alone have decided. */
export const judgeOutcomeSchema = z.object({
  status: z.enum(['clear', 'exit', 'failed']),
  model: z.string().nullable(),
  note: z.string().describe("The judge's reason in a sentence, or why it failed"),
});
export type JudgeOutcome = z.infer<typeof judgeOutcomeSchema>;

export const safetyReportSchema = z.object({
  exit: exitSchema.nullable().describe('null: nothing stands against the text'),
  findings: z.array(findingSchema),
  redacted: z.string().optional().describe('The text with personal data and secrets masked, when it has any'),
  elapsed_ms: z.number(),
  judge: judgeOutcomeSchema.optional().describe('Only where a model was asked too'),
});
export type SafetyReport = z.infer<typeof safetyReportSchema>;
