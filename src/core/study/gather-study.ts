/** Puts a study together from what the tasks of its tree came to. They are known by their results, whatever their ids. */
import { z } from 'zod';
import type { JsonValue } from '../json.ts';
import { personaEntry } from '../persona/persona.ts';
import { exitSchema } from '../safety/exit.ts';
import { feedbackReportSchema } from './feedback-report.ts';
import type { StudyOutcome } from './finished-study.ts';
import { numberTurns } from './number-turns.ts';
import { exitAmong } from './safety-result.ts';
import { givenTurnSchema } from './study-turn.ts';

const loaded = z.object({ result: z.object({ personas: z.array(personaEntry) }) });
const checked = z.object({
  result: z.object({ conversation: z.array(givenTurnSchema), output_exit: exitSchema.nullable() }),
});

/** null: there is neither a conversation nor a check that stands against one. */
export function gatherStudy(dependencies: Iterable<JsonValue>): StudyOutcome | null {
  const results = [...dependencies];
  const find = <Found>(schema: z.ZodType<Found>) =>
    results.flatMap((result) => schema.safeParse(result).data ?? [])[0];
  const exit = exitAmong(results) ?? null;
  const personas = find(loaded)?.result.personas ?? [];
  const conversation = find(checked)?.result;
  if (conversation === undefined && exit === null) return null;
  return {
    status: conversation === undefined ? 'blocked' : 'completed',
    exit,
    outputExit: conversation?.output_exit ?? null,
    personas,
    conversation: numberTurns(conversation?.conversation ?? []),
    report: find(feedbackReportSchema) ?? null,
  };
}
