/** Looks at a text for what must not go to a model or come from one. A finding is a result, never a failed task. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { safetyCheckRequestSchema, safetyReportSchema } from '../src/core/safety/safety-check.ts';

export default defineExecutor({
  id: 'safety_check_executor',
  name: 'Safety Check Executor',
  description:
    'Checks a text for prompt injections, personal data, secrets, denied words and budgets, or an answer for leaks and active content',
  tags: ['safety', 'pii', 'core', 'built-in'],
  type: 'core',
  examples: [
    'Check what a user wrote before it goes to a model',
    'Check an answer for personal data and scripts before it is shown',
    'Stop a tree when a page that was read holds orders for the model',
  ],
  input: z.looseObject(safetyCheckRequestSchema.shape),
  output: z.object(safetyReportSchema.shape),
  placement: 'inline',
  batchable: true,
  demoInput: { text: 'Mail the report to ada@example.org, please.', allow: ['email'] },
  demo: ({ input }) => {
    const text = String(input['text'] ?? '');
    return { exit: null, findings: [], redacted: text, elapsed_ms: 0.1 };
  },
  async run({ input, services }) {
    return services.safety.check(input);
  },
});
