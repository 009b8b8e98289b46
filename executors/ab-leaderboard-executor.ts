/** What feedback says of each style in each group: the rows of `GET /leaderboard`. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { leaderboardRowSchema } from '../src/core/experiments/experiment-services.ts';

const DEMO = [
  { group: 'A', persona: 'playful', n_feedback: 12, avg_score: 4.1, pos: 9, neg: 1, wilson_lb: 0.4677 },
  { group: 'A', persona: 'serious', n_feedback: 40, avg_score: 3.6, pos: 24, neg: 8, wilson_lb: 0.446 },
  { group: 'B', persona: 'playful', n_feedback: 30, avg_score: 4.2, pos: 24, neg: 2, wilson_lb: 0.627 },
  { group: 'B', persona: 'serious', n_feedback: 28, avg_score: 3.4, pos: 15, neg: 7, wilson_lb: 0.358 },
] as const;

export default defineExecutor({
  id: 'ab_leaderboard_executor',
  name: 'A/B Leaderboard Executor',
  description: 'Feedback by A/B group and style, with a lower bound of what it proves',
  tags: ['experiments', 'ab', 'feedback'],
  type: 'core',
  examples: ['Which style did users like better in the last 30 days?'],
  input: z.object({
    days: z.number().int().min(1).max(365).default(30).describe('Interactions of so many days'),
  }),
  output: z.object({ days: z.number().int(), results: z.array(leaderboardRowSchema) }),
  placement: 'activity',
  demoInput: { days: 30 },
  demo: ({ input }) => ({
    days: typeof input.days === 'number' ? input.days : 30,
    results: DEMO.map((row) => ({ ...row })),
  }),
  async run({ input, services }) {
    return { days: input.days, results: await services.experiments.leaderboard(input.days) };
  },
});
