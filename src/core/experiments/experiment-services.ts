/** The A/B experiments as executors work with them. */
import { z } from 'zod';
import { AB_GROUPS, type AbGroup, type Weights } from './policy.ts';

/** Feedback on a style in a group. */
export const leaderboardRowSchema = z.object({
  group: z.enum(AB_GROUPS),
  persona: z.string().describe('The style: serious or playful'),
  n_feedback: z.number().int(),
  avg_score: z.number().describe('0 when there is no feedback'),
  pos: z.number().int().describe('Scores of 4 and 5'),
  neg: z.number().int().describe('Scores of 1 and 2'),
  wilson_lb: z.number().describe("Lower end of Wilson's 95 % interval of the positive share"),
});
export type LeaderboardRow = z.infer<typeof leaderboardRowSchema>;

export interface ExperimentServices {
  /** By the policy of the user's group, or by another one; unknown names are the default policy. */
  assign(
    userId: string,
    isDeterministic: boolean,
    policy?: string,
  ): Promise<{ readonly group: AbGroup; readonly style: string; readonly weights: Weights }>;
  /** Of interactions of so many days. */
  leaderboard(days: number): Promise<LeaderboardRow[]>;
}
