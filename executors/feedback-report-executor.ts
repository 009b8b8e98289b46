/** Sums a conversation of personas up: themes, how each feels, what to do about it, and quotes that stand in it. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import { demoReport } from '../src/core/study/demo-report.ts';
import { feedbackReportSchema } from '../src/core/study/feedback-report.ts';
import { makeReport } from '../src/core/study/make-report.ts';
import { numberTurns } from '../src/core/study/number-turns.ts';
import { givenTurnSchema } from '../src/core/study/study-turn.ts';

const input = z.looseObject({
  feature: z.string().trim().min(1).max(4_000).describe('What the conversation is about'),
  conversation: z
    .array(givenTurnSchema)
    .min(1)
    .max(1_000)
    .describe('Who said what, in order; in a study it comes from the check of the conversation'),
  model: z.string().nullish().describe("Left out: the provider's default"),
  provider: z.string().nullish().describe('openai, anthropic, … (default: whichever there is a key for)'),
});

const demoConversation = [
  {
    persona_id: 1,
    name: 'Maria Keller',
    text: 'I am worried about what happens to my personal data afterwards.',
  },
  { persona_id: 2, name: 'Tom Okafor', text: 'Good suggestions at the right moment would be great.' },
];

export default defineExecutor({
  id: 'feedback_report_executor',
  name: 'Persona Feedback Executor',
  description:
    'Sums up what simulated users said about a feature: themes, sentiment, insights with owner and effort, quotes',
  tags: ['persona', 'study', 'llm'],
  type: 'core',
  examples: ['Sum up what personas said in a conversation'],
  input,
  output: feedbackReportSchema.extend({
    model: z.string().nullable().describe('Who summed up; null = the rules'),
    repairs: z.number().int().describe('Times the model had to correct its report'),
    dropped_quotes: z.number().int().describe('Quotes left out because nobody said them'),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: 400_000,
  maxAttempts: 5,
  backoffMs: 1_000,
  demoInput: { feature: 'Reminders that know when I am busy', conversation: demoConversation },
  demoDelayMs: 300,
  demo({ input: given }) {
    const parsed = input.safeParse(given);
    return byRules(
      parsed.success ? parsed.data : { feature: 'a new feature', conversation: demoConversation },
    );
  },
  async run({ input: given, llm, emit, signal }) {
    if (signal.aborted) throw new AppError('task_cancelled', 'The report was cancelled');
    const { report, model, repairs, droppedQuotes } = await makeReport(llm, {
      feature: given.feature,
      turns: numberTurns(given.conversation),
      model: given.model ?? undefined,
      provider: given.provider ?? undefined,
      onProgress: emit,
    });
    if (report === null) return byRules(given);
    return { ...report, model, repairs, dropped_quotes: droppedQuotes };
  },
});

function byRules({ feature, conversation }: Pick<z.infer<typeof input>, 'feature' | 'conversation'>) {
  return { ...demoReport(feature, numberTurns(conversation)), model: null, repairs: 0, dropped_quotes: 0 };
}
