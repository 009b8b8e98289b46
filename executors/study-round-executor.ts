/** Ends a round of a study: puts its turns in order and hands on what was said so far. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonValue } from '../src/core/json.ts';
import { conversationWindow } from '../src/core/study/conversation-window.ts';
import { type GivenTurn, givenTurnSchema } from '../src/core/study/study-turn.ts';

const turnResult = z.object({
  persona_id: z.number().int(),
  name: z.string(),
  round: z.number().int(),
  text: z.string(),
  demo_mode: z.boolean().optional(),
});

export default defineExecutor({
  id: 'study_round_executor',
  name: 'Study Round Executor',
  description: 'Gathers what the personas of a study said in one round, for the round after it',
  tags: ['persona', 'study'],
  type: 'core',
  examples: ['Collect the turns of a round of a feature study'],
  input: z.looseObject({
    conversation: z
      .array(givenTurnSchema)
      .max(1_000)
      .default([])
      .describe('What was said before; comes from the round before'),
  }),
  output: z.object({
    result: z.object({
      said: z.array(givenTurnSchema).describe('In this round, in the order of its dependencies'),
      conversation: z.array(givenTurnSchema).describe('What the next round gets to read'),
    }),
  }),
  placement: 'inline',
  demoInput: { conversation: [] },
  demo: () => ({ result: { said: [], conversation: [] } }),
  async run({ input, dependencies }) {
    const said = [...dependencies.values()].flatMap(turnIn);
    if (said.length === 0)
      throw new AppError(
        'task_failed',
        'No turn to gather: let the round depend on tasks of persona_turn_executor',
      );
    return { result: { said, conversation: conversationWindow([...input.conversation, ...said]) } };
  },
});

function turnIn(result: JsonValue): GivenTurn[] {
  const parsed = turnResult.safeParse(result);
  if (!parsed.success) return [];
  const { demo_mode: isDemo, ...turn } = parsed.data;
  return [{ ...turn, ...(isDemo === true ? { demo: true } : {}) }];
}
