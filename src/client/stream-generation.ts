/** A generated tree while it is planned: its tasks one by one, repairs, and the answer at the end. */
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { eventsOf } from './follow-events.ts';
import type { GenerateAnswer } from './method-types.ts';
import { toRpcError } from './transport.ts';
import { UnreachableError } from './unreachable-error.ts';

/** A task as the planner wrote it: not checked yet, without inputs. */
interface SketchedTask {
  readonly name: string;
  readonly executor: string | null;
  /** By name. */
  readonly parent: string | null;
  readonly depends_on: readonly string[];
}

/** `tasks` is the tree so far; a repair empties it, because the model plans anew. */
export type GenerationEvent =
  | { readonly type: 'plan_start'; readonly attempt: number; readonly tasks: readonly SketchedTask[] }
  | {
      readonly type: 'plan_task';
      readonly attempt: number;
      readonly task: SketchedTask;
      readonly tasks: readonly SketchedTask[];
    }
  | {
      readonly type: 'plan_repair';
      readonly attempt: number;
      readonly problems: readonly string[];
      readonly tasks: readonly SketchedTask[];
    }
  | { readonly type: 'answer'; readonly answer: GenerateAnswer };

/**
 * Ends after the answer. Throws RpcError when the tree could not be planned, UnreachableError when the stream breaks off
 * before the answer: the server has stopped planning then, and nothing is stored.
 */
export async function* streamGeneration(
  url: string,
  response: Response,
): AsyncGenerator<GenerationEvent, void, undefined> {
  let tasks: readonly SketchedTask[] = [];
  let problem: unknown;
  try {
    for await (const { type, data } of eventsOf(response)) {
      if (isJsonObject(data['error'])) throw toRpcError(data['error'], response.status, null);
      if (type === 'started') {
        yield { type: 'answer', answer: data as unknown as GenerateAnswer };
        return;
      }
      const event = plannedEvent(type, data, tasks);
      if (event === null) continue;
      ({ tasks } = event);
      yield event;
    }
  } catch (error) {
    if (!isBreak(error)) throw error;
    problem = error;
  }
  throw new UnreachableError(url, 'the stream broke off before the answer', problem);
}

type PlannedEvent = Exclude<GenerationEvent, { type: 'answer' }>;

/** Null for what a newer server may tell besides. */
function plannedEvent(type: string, data: JsonObject, before: readonly SketchedTask[]): PlannedEvent | null {
  const attempt = Number(data['attempt'] ?? 0);
  if (type === 'plan_start') return { type, attempt, tasks: [] };
  if (type === 'plan_repair') return { type, attempt, problems: data['problems'] as string[], tasks: [] };
  if (type !== 'plan_task') return null;
  const task = data['task'] as unknown as SketchedTask;
  return { type, attempt, task, tasks: [...before, task] };
}

/** What `fetch` throws when the connection is gone; an abort by the caller is none. */
function isBreak(error: unknown): boolean {
  return error instanceof TypeError || error instanceof SyntaxError;
}
