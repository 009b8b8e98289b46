/** Puts a user into group A or B and picks the style of their answer, as `/predict_ab` does. Nothing is counted. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { AB_GROUPS } from '../src/core/experiments/policy.ts';

export default defineExecutor({
  id: 'ab_assign_executor',
  name: 'A/B Assign Executor',
  description: 'Assigns a user to an A/B group and picks a style by its policy',
  tags: ['experiments', 'ab', 'policy'],
  type: 'core',
  examples: ['Which group is user alice in, and which style should she be answered in?'],
  input: z.object({
    user_id: z.string().describe('The same user is always in the same group'),
    policy: z
      .string()
      .min(1)
      .optional()
      .describe("Left out: the group's own. Unknown ones are the default policy"),
    deterministic: z.boolean().default(false).describe('No chance: the style with the highest weight'),
  }),
  output: z.object({
    group: z.enum(AB_GROUPS),
    picked_policy: z.string().describe('The style: serious or playful'),
    policy_weights: z.record(z.string(), z.number()),
  }),
  placement: 'activity',
  demoInput: { user_id: 'alice', deterministic: true },
  demo: () => ({
    group: 'A' as const,
    picked_policy: 'serious',
    policy_weights: { serious: 0.8, playful: 0.2 },
  }),
  async run({ input, services }) {
    const { user_id, policy, deterministic } = input;
    const { group, style, weights } = await services.experiments.assign(user_id, deterministic, policy);
    return { group, picked_policy: style, policy_weights: { ...weights } };
  },
});
