/** Finds the result of a safety check among those of a task's dependencies. */
import { z } from 'zod';
import type { JsonValue } from '../json.ts';
import { type Exit, exitSchema } from '../safety/exit.ts';

const checkResult = z.looseObject({ exit: exitSchema.nullable(), findings: z.array(z.unknown()) });

/** The first exit among them; null = nothing stands against it, undefined = there was no check. */
export function exitAmong(results: Iterable<JsonValue>): Exit | null | undefined {
  let exit: Exit | null | undefined;
  for (const result of results) {
    const parsed = checkResult.safeParse(result);
    if (parsed.success) exit ??= parsed.data.exit;
  }
  return exit;
}
