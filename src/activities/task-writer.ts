/** What one running task shows while it works: its start, progress and pieces of output, written or streamed in order. */
import type { JsonObject } from '../core/json.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { NewRunEvent } from '../core/run-event.ts';
import type { TaskStep } from '../core/task-step.ts';
import { DeltaStream } from './delta-stream.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { event, outcome } from './outcomes.ts';

export interface WrittenTask {
  readonly runId: string;
  readonly taskId: string;
  readonly generation: number;
  /** Times the executor failed before. */
  readonly failedBefore: number;
  /** 1 at first; pieces carry it, so that those of a lost worker can be told from ours. */
  readonly attempt: number;
}

export class TaskWriter {
  readonly #deps: ActivityDependencies;
  readonly #task: WrittenTask;
  readonly #deltas: DeltaStream;
  #writing: Promise<void> = Promise.resolve();
  #lastSeq = 0;

  constructor(deps: ActivityDependencies, task: WrittenTask) {
    this.#deps = deps;
    this.#task = task;
    this.#deltas = new DeltaStream((text) => this.#publish(text));
  }

  emit(happened: NewRunEvent): void {
    const { runId } = this.#task;
    const outcomes = this.#outcomesFor(happened);
    this.#writing = this.#writing.then(async () => {
      const { events } = await this.#deps.store.runs.commit({ runId, outcomes, events: [happened] });
      this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
    });
    // Whoever waits for the end hears of it.
    this.#writing.catch(() => undefined);
  }

  /** Behind what is being written. Rejects as that does. */
  step(step: TaskStep, happened: NewRunEvent): Promise<void> {
    const { runId } = this.#task;
    return this.after(async () => {
      const { events } = await this.#deps.store.runs.commit({ runId, steps: [step], events: [happened] });
      this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
    });
  }

  /** Does something behind what is being written. When it fails, so does `close`: nobody takes it for the task's fault. */
  after<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#writing.then(work);
    this.#writing = done.then(() => undefined);
    this.#writing.catch(() => undefined);
    return done;
  }

  emitDelta(text: string): void {
    this.#deltas.add(text);
  }

  /** Resolves when everything is written. `isKept: false` drops pieces that nobody has seen yet. */
  async close(isKept: boolean): Promise<void> {
    this.#deltas.close(isKept);
    await this.#writing;
  }

  /** Behind what is being written, so that nobody sees text of a task that has not started. */
  #publish(text: string): void {
    const { runId, taskId, attempt } = this.#task;
    this.#writing = this.#writing.then(() => {
      const delta = event('task-delta', taskId, this.#deps.now(), { text, attempt });
      this.#deps.store.events.publish({ ...delta, runId, seq: this.#lastSeq });
    });
    this.#writing.catch(() => undefined);
  }

  #outcomesFor(happened: NewRunEvent): TaskOutcome[] {
    const { taskId, generation, failedBefore: attempts } = this.#task;
    if (happened.type === 'task-started') {
      return [outcome(taskId, generation, 'in_progress', { startedAt: happened.at, attempts })];
    }
    const progress = progressIn(happened.data);
    return progress === null ? [] : [outcome(taskId, generation, 'in_progress', { progress, attempts })];
  }
}

function progressIn(data: JsonObject): number | null {
  const { progress } = data;
  return typeof progress === 'number' ? Math.min(Math.max(progress, 0), 1) : null;
}
