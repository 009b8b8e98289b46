/** What a handler returns when its answer is work that is watched: events while it goes on, its result at the end. */
import type { JsonObject } from '../../core/json.ts';

export class WorkAnswer {
  /** Rejects with the error that ended the work. */
  readonly result: Promise<JsonObject>;
  readonly #waiting: JsonObject[];
  #listener: ((event: JsonObject) => void) | null = null;

  constructor(result: Promise<JsonObject>, events: JsonObject[]) {
    this.result = result;
    this.#waiting = events;
  }

  /** What was told before comes first. One listener. */
  listen(listener: (event: JsonObject) => void): void {
    for (const event of this.#waiting.splice(0)) listener(event);
    this.#listener = listener;
  }

  tell(event: JsonObject): void {
    if (this.#listener === null) this.#waiting.push(event);
    else this.#listener(event);
  }
}

/**
 * Begins the work and returns at its first event or its end. What fails before the first event is thrown here: it is
 * answered as any error is, with its status.
 */
export async function startWork(
  work: (send: (event: JsonObject) => void) => Promise<JsonObject>,
): Promise<WorkAnswer> {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const events: JsonObject[] = [];
  let answer: WorkAnswer | null = null;
  const result = work((event) => {
    if (answer === null) events.push(event);
    else answer.tell(event);
    begin();
  });
  await Promise.race([begun, result]);
  answer = new WorkAnswer(result, events);
  return answer;
}
