/** Facts of active runs that one process may keep: numbers, standing rows and which roots are taken. */
import { isRunEnded, type Run } from '../../core/run.ts';
import type { RunFacts, Standing } from '../effects.ts';
import { loadRunFacts } from '../load-run-facts.ts';
import { RUN_COLUMNS, rowToRun, type StoredOutcome } from '../rows.ts';
import type { Session } from '../session.ts';

interface Known {
  run: Run;
  lastSeq: number;
  readonly standing: Map<string, Standing>;
}

export class ActiveRuns {
  readonly #runs = new Map<string, Known>();
  readonly #byRoot = new Map<string, Run>();

  /** Which roots are taken, from the file; the rest is loaded when a run is first written to. */
  async restore(session: Session): Promise<void> {
    const rows = await session.query(`SELECT ${RUN_COLUMNS} FROM runs WHERE completed_at IS NULL`);
    for (const run of rows.map(rowToRun)) this.#byRoot.set(run.root_task_id, run);
  }

  accepted(run: Run, carried: readonly StoredOutcome[], lastSeq: number): void {
    this.#runs.set(run.run_id, { run, lastSeq, standing: standingOf(carried) });
    this.#byRoot.set(run.root_task_id, run);
  }

  committed(run: Run, outcomes: readonly StoredOutcome[], lastSeq: number): void {
    if (isRunEnded(run.status)) {
      this.#forget(run.run_id, run.root_task_id);
      return;
    }
    this.#byRoot.set(run.root_task_id, run);
    const known = this.#runs.get(run.run_id);
    if (known === undefined) return;
    known.run = run;
    known.lastSeq = lastSeq;
    for (const [taskId, standing] of standingOf(outcomes)) known.standing.set(taskId, standing);
  }

  deleted(runIds: readonly string[]): void {
    const ids = new Set(runIds);
    for (const [root, run] of this.#byRoot) if (ids.has(run.run_id)) this.#forget(run.run_id, root);
  }

  active(rootTaskIds: readonly string[]): Map<string, Run> {
    const found = new Map<string, Run>();
    for (const root of rootTaskIds) {
      const run = this.#byRoot.get(root);
      if (run !== undefined) found.set(root, run);
    }
    return found;
  }

  /** Runs that are not known are read; only active ones are kept. */
  async facts(session: Session, runIds: readonly string[]): Promise<Map<string, RunFacts>> {
    const found = new Map<string, RunFacts>();
    const unknown: string[] = [];
    for (const id of runIds) {
      const known = this.#runs.get(id);
      if (known === undefined) unknown.push(id);
      else found.set(id, known);
    }
    for (const [id, facts] of await loadRunFacts(session, unknown)) {
      found.set(id, facts);
      if (!isRunEnded(facts.run.status)) this.#runs.set(id, { ...facts, standing: new Map(facts.standing) });
    }
    return found;
  }

  #forget(runId: string, root: string): void {
    this.#runs.delete(runId);
    if (this.#byRoot.get(root)?.run_id === runId) this.#byRoot.delete(root);
  }
}

function standingOf(outcomes: readonly StoredOutcome[]): Map<string, Standing> {
  return new Map(
    outcomes.map(({ outcome }) => [
      outcome.taskId,
      { generation: outcome.generation, status: outcome.status },
    ]),
  );
}
