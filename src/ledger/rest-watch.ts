/**
 * Finds out from their events which runs only wait: paused, or nothing under way but approvals and long timers. Such a
 * run gives its place back; when it wakes it has it again at once, ahead of new starts, even beyond the limit.
 */
import type { RunEvent } from '../core/run-event.ts';
import type { Slot } from '../ports/use-store.ts';

/** A shorter wait is work: giving the place back and taking it again would only make others hope. */
const LONG_WAIT_MS = 60_000;

interface Watched {
  readonly running: Set<string>;
  readonly waiting: Set<string>;
  isPaused: boolean;
  isResting: boolean;
}

export class RestWatch {
  readonly #runs = new Map<string, Watched>();
  readonly #setResting: (runId: string, isResting: boolean) => void;

  constructor(setResting: (runId: string, isResting: boolean) => void) {
    this.#setResting = setResting;
  }

  /** A run of before this start. */
  restore({ runId, isPaused, running, waiting }: Slot): void {
    const run = { running: new Set(running), waiting: new Set(waiting), isPaused, isResting: false };
    this.#runs.set(runId, run);
    this.#settle(runId, run);
  }

  on(event: RunEvent): void {
    const { runId, taskId, type } = event;
    if (type === 'task-delta' || type === 'task-progress') return;
    if (type === 'run-ended') {
      this.forget(runId);
      return;
    }
    let run = this.#runs.get(runId);
    if (run === undefined) {
      if (type !== 'run-started') return;
      run = fresh();
      this.#runs.set(runId, run);
    }
    apply(run, taskId, event);
    this.#settle(runId, run);
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  #settle(runId: string, run: Watched): void {
    const isResting = run.running.size === 0 && (run.isPaused || run.waiting.size > 0);
    if (isResting === run.isResting) return;
    run.isResting = isResting;
    this.#setResting(runId, isResting);
  }
}

function fresh(): Watched {
  return { running: new Set(), waiting: new Set(), isPaused: false, isResting: false };
}

function apply(run: Watched, taskId: string | null, event: RunEvent): void {
  if (event.type === 'run-paused') run.isPaused = true;
  if (event.type === 'run-resumed') run.isPaused = false;
  if (taskId === null) return;
  run.waiting.delete(taskId);
  if (event.type === 'task-started' || (event.type === 'task-waiting' && !isLong(event)))
    run.running.add(taskId);
  else run.running.delete(taskId);
  if (event.type === 'task-waiting' && isLong(event)) run.waiting.add(taskId);
}

function isLong(event: RunEvent): boolean {
  const { kind, until } = event.data;
  if (kind === 'approval' || typeof until !== 'string') return true;
  return Date.parse(until) - Date.parse(event.at) > LONG_WAIT_MS;
}
