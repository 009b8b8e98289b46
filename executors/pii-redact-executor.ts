/** Takes personal data and secrets out of a text. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { redactionReportSchema, redactionRequestSchema } from '../src/core/safety/redaction.ts';

export default defineExecutor({
  id: 'pii_redact_executor',
  name: 'PII Redact Executor',
  description: 'Replaces card and account numbers, e-mail and IP addresses, phone numbers and keys in a text',
  tags: ['safety', 'pii', 'core', 'built-in'],
  type: 'core',
  examples: [
    'Mask card numbers in a support ticket before a model reads it',
    'Replace every e-mail address in a log by a hash that stays the same',
  ],
  input: z.looseObject(redactionRequestSchema.shape),
  output: z.object(redactionReportSchema.shape),
  placement: 'inline',
  batchable: true,
  demoInput: { text: 'Call +41 44 668 18 00 or mail ada@example.org.', style: 'type' },
  demo: () => ({ text: 'Call [PHONE] or mail [EMAIL].', findings: [] }),
  async run({ input, services }) {
    return services.safety.redact(input);
  },
});
