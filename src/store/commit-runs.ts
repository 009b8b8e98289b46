/** Applies commits of running trees, one a run, in one transaction. The first terminal fact of a generation wins. */
import { AppError } from '../core/errors.ts';
import { isRunEnded, type Run, type TaskOutcome } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import { isTerminal, type TaskStatus } from '../core/task.ts';
import { isoMicros } from '../core/time.ts';
import type { UsageRow } from '../core/usage.ts';
import type { RunCommit } from '../ports/store.ts';
import type { Effects, RunFacts, Standing } from './effects.ts';
import { endUses } from './end-uses.ts';
import { eventToRow, fromJson, largeCell, outcomeToRow, rowToOutcome, type StoredOutcome } from './rows.ts';
import { deleteRunSecrets } from './secret-storage.ts';
import type { Session } from './session.ts';
import { writeSteps } from './step-storage.ts';
import { attemptRow, runRow } from './usage/usage-rows.ts';

const TERMINAL_EVENTS = new Set(['task-completed', 'task-failed', 'task-skipped', 'task-cancelled']);

export interface CommitResult {
  outcomes: TaskOutcome[];
  events: RunEvent[];
}

interface Applied {
  readonly run: Run;
  readonly hasRunChanged: boolean;
  readonly isEnding: boolean;
  readonly mayHaveKey: boolean;
  readonly fresh: readonly StoredOutcome[];
  readonly replaced: readonly StoredOutcome[];
  readonly events: readonly RunEvent[];
  readonly lastSeq: number;
  /** Given tasks whose standing row must be read. */
  readonly rejected: ReadonlySet<string>;
  readonly winners: ReadonlyMap<string, TaskOutcome>;
}

/** Results in order. Throws `not_found` for an unknown run. Two commits of one run must not share a call. */
export async function commitRuns(
  session: Session,
  effects: Effects,
  commits: readonly RunCommit[],
): Promise<CommitResult[]> {
  const wanted = new Map(
    commits.map(({ runId, outcomes }) => [runId, (outcomes ?? []).map((outcome) => outcome.taskId)]),
  );
  const facts = await effects.facts(session, wanted);
  const now = isoMicros(Date.now());
  const applied: Applied[] = [];
  for (const commit of commits) {
    const known = facts.get(commit.runId);
    if (known === undefined) throw new AppError('not_found', `Run ${commit.runId} not found`);
    const decided = decide(commit, known, now);
    applied.push(decided.isEnding ? await withLeftovers(session, decided, known, now) : decided);
  }
  await write(session, applied);
  await writeSteps(session, commits);
  const ending = applied.filter((one) => one.isEnding);
  const refunded = await endUses(
    session,
    ending.map(({ run, events }) => ({
      runId: run.run_id,
      status: run.status,
      facts: facts.get(run.run_id) as RunFacts,
      hasBegun: events.some((event) => event.type === 'task-started'),
    })),
  );
  await deleteRunSecrets(
    session,
    ending.filter(({ mayHaveKey }) => mayHaveKey).map(({ run }) => run.run_id),
  );
  const results: CommitResult[] = [];
  for (const [index, one] of applied.entries())
    results.push(await resultOf(session, commits[index] as RunCommit, one));
  session.afterCommit(() => {
    for (const [index, one] of applied.entries()) {
      const { run, fresh, replaced, lastSeq, events } = one;
      effects.used(usageOf(commits[index] as RunCommit, one));
      effects.runCommitted(run, [...fresh, ...replaced], lastSeq);
      effects.eventsStored(events);
    }
    for (const { run } of ending) effects.runEnded(run.run_id, refunded.get(run.run_id) ?? []);
  });
  return results;
}

function decide(commit: RunCommit, facts: RunFacts, now: string): Applied {
  const winners = new Map<string, TaskOutcome>();
  const rejected = new Set<string>();
  const lost = new Set<string>();
  for (const outcome of commit.outcomes ?? []) {
    const standing: Standing | undefined = winners.get(outcome.taskId) ?? facts.standing.get(outcome.taskId);
    if (standing === undefined || mayReplace(outcome, standing)) winners.set(outcome.taskId, outcome);
    else {
      lost.add(outcome.taskId);
      if (!winners.has(outcome.taskId)) rejected.add(outcome.taskId);
    }
  }
  const stored = [...winners.values()].map((outcome) => ({ outcome, updatedAt: now }));
  const hasEnded = isRunEnded(facts.run.status);
  const isEnding = commit.end !== undefined && !hasEnded;
  // What lost has been told already: its second telling is dropped, so that a repeated commit changes nothing.
  const events = (commit.events ?? []).filter(
    (event) =>
      !(event.taskId !== null && lost.has(event.taskId) && TERMINAL_EVENTS.has(event.type)) &&
      !(event.type === 'run-ended' && hasEnded),
  );
  const run = nextRun(facts.run, commit, now);
  return {
    run,
    hasRunChanged: run !== facts.run,
    isEnding,
    mayHaveKey: commit.end?.hasNoKey !== true,
    fresh: stored.filter(({ outcome }) => !facts.standing.has(outcome.taskId)),
    replaced: stored.filter(({ outcome }) => facts.standing.has(outcome.taskId)),
    events: events.map((event, index) => ({
      ...event,
      runId: commit.runId,
      seq: facts.lastSeq + index + 1,
    })),
    lastSeq: facts.lastSeq + events.length,
    rejected,
    winners,
  };
}

/** What lost has been counted by the winner. A cancelled attempt has no outcome of its own. */
function usageOf(commit: RunCommit, { run, winners, isEnding }: Applied): UsageRow[] {
  const plan = commit.userPlan ?? null;
  const rows = (commit.attempts ?? [])
    .filter(
      ({ taskId, generation, outcome }) =>
        outcome === 'cancelled' || winners.get(taskId)?.generation === generation,
    )
    .map((attempt) => attemptRow(run, plan, attempt));
  if (isEnding) rows.push(runRow(run, plan));
  return rows;
}

function mayReplace(outcome: TaskOutcome, standing: Standing): boolean {
  if (outcome.generation !== standing.generation) return outcome.generation > standing.generation;
  return !isTerminal(standing.status as TaskStatus);
}

function nextRun(run: Run, commit: RunCommit, now: string): Run {
  if (isRunEnded(run.status)) return run;
  if (commit.end !== undefined) {
    const { status, error, demoTasks = null } = commit.end;
    return { ...run, status, error, completed_at: now, demo_tasks: demoTasks };
  }
  if (commit.status === undefined || commit.status === run.status) return run;
  return { ...run, status: commit.status };
}

/** A run that has ended leaves nothing pending: the net below the engine, which sends an outcome for every task. */
async function withLeftovers(
  session: Session,
  applied: Applied,
  facts: RunFacts,
  now: string,
): Promise<Applied> {
  const { run, winners } = applied;
  const isDone = (taskId: string) => {
    const standing: Standing | undefined = winners.get(taskId) ?? facts.standing.get(taskId);
    return standing !== undefined && isTerminal(standing.status as TaskStatus);
  };
  const sent = [...winners.keys()].filter(isDone).length;
  const before = [...facts.standing.keys()].filter((id) => !winners.has(id) && isDone(id)).length;
  if (sent + before >= run.task_count) return applied;
  const [row] = await session.query('SELECT plan FROM runs WHERE run_id = $1', [run.run_id]);
  const tasks = fromJson<{ tasks: { id: string }[] }>(row?.['plan'])?.tasks ?? [];
  const rows = await session.query('SELECT * FROM run_tasks WHERE run_id = $1', [run.run_id]);
  const stored = new Map(rows.map((it) => [String(it['task_id']), rowToOutcome(it).outcome]));
  const left = tasks.filter(({ id }) => {
    const standing = winners.get(id) ?? stored.get(id);
    return standing === undefined || !isTerminal(standing.status);
  });
  const closed = left.map(({ id }) => ({
    outcome: closedOutcome(id, winners.get(id) ?? stored.get(id), run, now),
    updatedAt: now,
  }));
  const ids = new Set(left.map(({ id }) => id));
  const keep = (it: StoredOutcome) => !ids.has(it.outcome.taskId);
  return {
    ...applied,
    fresh: [...applied.fresh.filter(keep), ...closed.filter((it) => !stored.has(it.outcome.taskId))],
    replaced: [...applied.replaced.filter(keep), ...closed.filter((it) => stored.has(it.outcome.taskId))],
  };
}

function closedOutcome(taskId: string, from: TaskOutcome | undefined, run: Run, now: string): TaskOutcome {
  return {
    taskId,
    generation: from?.generation ?? 0,
    status: run.status === 'cancelled' ? 'cancelled' : 'skipped',
    inputs: from?.inputs ?? null,
    result: null,
    error: from?.error ?? 'The run ended before this task',
    progress: from?.progress ?? 0,
    startedAt: from?.startedAt ?? null,
    completedAt: now,
    attempts: from?.attempts ?? 0,
    wait: null,
    demo: from?.demo ?? null,
    tokenUsage: from?.tokenUsage ?? null,
  };
}

async function write(session: Session, applied: readonly Applied[]): Promise<void> {
  const rows = (pick: (one: Applied) => readonly StoredOutcome[]) =>
    applied.flatMap((one) => pick(one).map((stored) => outcomeToRow(one.run.run_id, stored)));
  await session.insert(
    'run_tasks',
    rows((one) => one.fresh),
  );
  await session.insert(
    'run_tasks',
    rows((one) => one.replaced),
    'upsert',
  );
  await session.insert(
    'task_events',
    applied.flatMap(({ events }) => events.map(eventToRow)),
  );
  const changed = applied.filter((one) => one.hasRunChanged).map((one) => one.run);
  if (changed.length > 0) {
    await session.query(
      `UPDATE runs SET status = v.status, error = v.error, completed_at = v.completed_at,
         demo_tasks = v.demo_tasks
       FROM (SELECT unnest($1::text[]) AS run_id, unnest($2::text[]) AS status, unnest($3::text[]) AS error,
         unnest($4::text[]) AS completed_at, unnest($5::integer[]) AS demo_tasks) v WHERE runs.run_id = v.run_id`,
      [
        changed.map((run) => run.run_id),
        changed.map((run) => run.status),
        changed.map((run) => largeCell(run.error)),
        changed.map((run) => run.completed_at) as string[],
        changed.map((run) => run.demo_tasks) as number[],
      ],
    );
  }
}

async function resultOf(session: Session, commit: RunCommit, applied: Applied): Promise<CommitResult> {
  const { winners, rejected } = applied;
  const stored = new Map<string, TaskOutcome>(winners);
  if (rejected.size > 0) {
    const rows = await session.query(
      'SELECT * FROM run_tasks WHERE run_id = $1 AND task_id IN (SELECT unnest($2::text[]))',
      [commit.runId, [...rejected]],
    );
    for (const row of rows) stored.set(String(row['task_id']), rowToOutcome(row).outcome);
  }
  return {
    outcomes: (commit.outcomes ?? []).map((outcome) => stored.get(outcome.taskId) ?? outcome),
    events: [...applied.events],
  };
}
