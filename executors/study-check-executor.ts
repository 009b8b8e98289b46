/**
 * Checks what personas said before anybody reads a report of it: each turn goes through the safety check for outputs, and
 * what it finds is masked. Gathers the rounds of a study, or takes a conversation as it is given.
 */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext } from '../src/core/executor.ts';
import type { JsonValue } from '../src/core/json.ts';
import { type Exit, exitSchema } from '../src/core/safety/exit.ts';
import { type Finding, findingSchema } from '../src/core/safety/finding.ts';
import { maskFindings } from '../src/core/study/mask-findings.ts';
import { type GivenTurn, givenTurnSchema } from '../src/core/study/study-turn.ts';

const SAFETY = 'safety_check_executor';

const input = z.looseObject({
  turns: z
    .array(givenTurnSchema)
    .max(1_000)
    .optional()
    .describe('The conversation; left out: what the rounds it depends on have gathered'),
});

// Not `turns`: results of dependencies fill inputs of the same name, and the last round would be all there is.
const roundResult = z.object({ result: z.object({ said: z.array(givenTurnSchema) }) });
const safetyResult = z.looseObject({
  exit: exitSchema.nullable(),
  findings: z.array(findingSchema),
});

export default defineExecutor({
  id: 'study_check_executor',
  name: 'Study Check Executor',
  description:
    'Checks what simulated users said and masks personal data, secrets and whatever else must not go on',
  tags: ['persona', 'study', 'safety'],
  type: 'core',
  examples: ['Check a conversation of personas before it is summed up'],
  input,
  output: z.object({
    result: z.object({
      conversation: z.array(givenTurnSchema).describe('As it may be read'),
      output_exit: exitSchema.nullable().describe('The first thing that stands against what was said'),
      redacted_turns: z.number().int(),
    }),
  }),
  placement: 'activity',
  timeoutMs: 60_000,
  maxAttempts: 3,
  demoInput: { turns: [{ persona_id: 1, name: 'Maria Keller', text: 'I like it.' }] },
  demo: ({ input: given }) => {
    const parsed = input.safeParse(given);
    const conversation = (parsed.success ? parsed.data.turns : undefined) ?? [];
    return { result: { conversation, output_exit: null, redacted_turns: 0 } };
  },
  async run(context) {
    const turns = context.input.turns ?? [...context.dependencies.values()].flatMap(turnsIn);
    if (turns.length === 0)
      throw new AppError(
        'task_failed',
        'No conversation to check: give turns, or depend on tasks of study_round_executor',
      );
    const conversation: GivenTurn[] = [];
    let outputExit: Exit | null = null;
    for (const turn of turns) {
      if (context.signal.aborted) throw new AppError('task_cancelled', 'The check was cancelled');
      const { exit, findings } = await check(context, turn.text);
      outputExit ??= exit;
      conversation.push(
        exit === null ? turn : { ...turn, text: maskFindings(turn.text, findings), redacted: true },
      );
    }
    const redacted = conversation.filter((turn) => turn.redacted === true).length;
    return { result: { conversation, output_exit: outputExit, redacted_turns: redacted } };
  },
});

async function check(
  { runExecutor }: ExecutorContext<z.infer<typeof input>>,
  text: string,
): Promise<{ exit: Exit | null; findings: Finding[] }> {
  const parsed = safetyResult.safeParse(await runExecutor(SAFETY, { text, stage: 'output' }));
  if (parsed.success) return parsed.data;
  throw new AppError('task_failed', `${SAFETY} answered without exit and findings`);
}

function turnsIn(result: JsonValue): GivenTurn[] {
  const parsed = roundResult.safeParse(result);
  return parsed.success ? parsed.data.result.said : [];
}
