/** Shows what the personas of a study say, each turn when it is whole: all of a round speak at once. */
import type { StreamEvent } from '../client/client.ts';
import { isJsonObject } from '../core/json.ts';
import type { CliContext } from './cli-context.ts';
import { turnLine } from './study-view.ts';

export async function watchStudy(
  { io, colors }: CliContext,
  events: AsyncIterable<StreamEvent>,
): Promise<void> {
  for await (const { type, data } of events) {
    const { result, error } = data;
    if (type === 'task_failed' && typeof error === 'string') io.err(`${error}\n`);
    if (type !== 'task_completed' || !isJsonObject(result)) continue;
    const { name, round, text } = result;
    if (typeof name === 'string' && typeof round === 'number' && typeof text === 'string')
      io.out(`${turnLine(colors, { name, round, text })}\n\n`);
  }
}
