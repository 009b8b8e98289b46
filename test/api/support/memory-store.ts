/** A store in memory, for tests of what lies in front of it: the API's own behaviour needs no database. */
import { AppError } from '../../../src/core/errors.ts';
import type { Run, TaskOutcome } from '../../../src/core/run.ts';
import type { RunEvent } from '../../../src/core/run-event.ts';
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from '../../../src/core/task.ts';
import type { TaskStep } from '../../../src/core/task-step.ts';
import type { IdempotencyRecord, RunContext, Store } from '../../../src/ports/store.ts';
import { memoryConversations } from './memory-conversations.ts';
import { memoryExperiments } from './memory-experiments.ts';
import { memoryPersonas } from './memory-personas.ts';
import { memorySecrets } from './memory-secrets.ts';
import { memoryStudies } from './memory-studies.ts';
import { memoryUsage } from './memory-usage.ts';
import { memoryKeys, memoryUsers } from './memory-users.ts';
import { memoryUses } from './memory-uses.ts';

export interface MemoryStore extends Store {
  /** Puts an event where readers and followers find it. */
  emit(event: RunEvent): void;
  putRun(run: Run): void;
  putOutcome(runId: string, outcome: TaskOutcome): void;
  putSteps(runId: string, steps: readonly TaskStep[]): void;
}

export function createMemoryStore(): MemoryStore {
  const tasks = new Map<string, TaskRecord>();
  const runs = new Map<string, Run>();
  const contexts = new Map<string, RunContext>();
  const outcomes = new Map<string, TaskOutcome[]>();
  const steps = new Map<string, TaskStep[]>();
  const events: RunEvent[] = [];
  const listeners = new Set<(event: RunEvent) => void>();
  const keys = new Map<string, IdempotencyRecord>();
  const keyOf = (userId: string, method: string, key: string) => JSON.stringify([userId, method, key]);
  const isActive = (run: Run) => run.status === 'in_progress' || run.status === 'paused';

  function insert(records: readonly TaskRecord[]): void {
    for (const task of records)
      if (tasks.has(task.id)) throw new AppError('conflict', `Task with id '${task.id}' already exists`);
    for (const task of records) tasks.set(task.id, task);
  }
  function keep(record: IdempotencyRecord | undefined): void {
    if (record === undefined) return;
    const key = keyOf(record.userId, record.method, record.key);
    if (keys.has(key)) throw new AppError('idempotency_conflict', 'key taken');
    keys.set(key, record);
  }
  const all = () => [...tasks.values()];

  const studies = memoryStudies();
  return {
    kind: 'duckdb',
    ping: async () => undefined,
    close: async () => undefined,
    users: memoryUsers(),
    keys: memoryKeys(),
    secrets: memorySecrets(),
    experiments: memoryExperiments(),
    personas: memoryPersonas(),
    studies,
    uses: memoryUses(),
    usage: memoryUsage(),
    conversations: memoryConversations(),
    emit(event) {
      if (event.type !== 'task-delta') events.push(event);
      for (const listener of listeners) listener(event);
    },
    putRun: (run) => void runs.set(run.run_id, run),
    putSteps: (runId, all) => void steps.set(runId, [...all]),
    putOutcome: (runId, outcome) => void outcomes.set(runId, [...(outcomes.get(runId) ?? []), outcome]),
    tasks: {
      create: async (records, idempotency) => {
        keep(idempotency);
        insert(records);
      },
      get: async (id) => tasks.get(id) ?? null,
      getMany: async (ids) => ids.flatMap((id) => tasks.get(id) ?? []),
      tree: async (id) =>
        all()
          .filter((task) => task.task_tree_id === id)
          .sort((left, right) => left.position - right.position),
      children: async (id) => all().filter((task) => task.parent_id === id),
      list: async (filter) =>
        all()
          .reverse()
          .filter((task) => filter.userId === undefined || task.user_id === filter.userId)
          .filter((task) => filter.status === undefined || task.status === filter.status)
          .filter((task) => filter.rootOnly !== true || task.parent_id === null)
          .slice(filter.offset, filter.offset + filter.limit),
      count: async (filter) => {
        const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<
          TaskStatus,
          number
        >;
        for (const task of all())
          if (task.user_id === filter.userId && (filter.rootOnly !== true || task.parent_id === null))
            counts[task.status]++;
        return counts;
      },
      update: async (id, patch) => {
        const task = tasks.get(id);
        if (task === undefined) return null;
        const changed = { ...task, ...patch } as TaskRecord;
        tasks.set(id, changed);
        return changed;
      },
      delete: async (ids) => ids.filter((id) => tasks.delete(id)).length,
      markReferenced: async (ids) => {
        for (const id of ids) tasks.set(id, { ...(tasks.get(id) as TaskRecord), has_references: true });
      },
      archive: async (ids) => {
        for (const id of ids) tasks.set(id, { ...(tasks.get(id) as TaskRecord), origin_type: 'archive' });
      },
      scheduled: async (userId) =>
        all().filter(
          (task) => task.schedule_type !== null && (userId === undefined || task.user_id === userId),
        ),
      linkedTo: async () => [],
    },
    runs: {
      accept: async (input) => {
        const active = [...runs.values()].find(
          (run) => isActive(run) && run.root_task_id === input.rootTaskId,
        );
        if (active !== undefined) return { status: 'already_running', run: active };
        keep(input.idempotency);
        insert(input.newTasks ?? []);
        if (input.study !== undefined) studies.accepted(input.study);
        const run: Run = {
          run_id: input.runId,
          root_task_id: input.rootTaskId,
          target_task_id: input.targetTaskId,
          user_id: input.userId,
          number: 1,
          status: 'in_progress',
          task_count: input.plan.tasks.length,
          use_demo: input.useDemo,
          demo_tasks: null,
          error: null,
          workflow_id: `tree:${input.rootTaskId}`,
          accepted_at: '2026-11-21T00:00:00.000000+00:00',
          completed_at: null,
        };
        runs.set(run.run_id, run);
        contexts.set(run.run_id, { run, plan: input.plan, options: input.options });
        return { status: 'accepted', run };
      },
      get: async (id) => runs.get(id) ?? null,
      list: async (filter) => [...runs.values()].slice(filter.offset, filter.offset + filter.limit),
      active: async (filter) =>
        [...runs.values()].filter(
          (run) =>
            isActive(run) &&
            (filter.userId === undefined || run.user_id === filter.userId) &&
            (filter.rootTaskIds === undefined || filter.rootTaskIds.includes(run.root_task_id)),
        ),
      countActive: async () => [...runs.values()].filter(isActive).length,
      context: async (id) => contexts.get(id) ?? null,
      outcomes: async (id, ids) =>
        (outcomes.get(id) ?? []).filter((outcome) => ids === undefined || ids.includes(outcome.taskId)),
      steps: async (id, ids) => (steps.get(id) ?? []).filter(({ taskId }) => ids.includes(taskId)),
      commit: async () => ({ outcomes: [], events: [] }),
      renumber: async (id) => runs.get(id) ?? null,
      result: async (id, taskId) =>
        (outcomes.get(id) ?? []).find((outcome) => outcome.taskId === taskId)?.result ?? null,
    },
    events: {
      read: async (runId, afterSeq, limit) =>
        events.filter((event) => event.runId === runId && event.seq > afterSeq).slice(0, limit),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      publish: (event) => {
        for (const listener of listeners) listener(event);
      },
    },
    idempotency: {
      find: async (userId, method, key) => keys.get(keyOf(userId, method, key)) ?? null,
      put: async (record) => {
        const key = keyOf(record.userId, record.method, record.key);
        const standing = keys.get(key) ?? record;
        keys.set(key, standing);
        return standing;
      },
    },
  };
}
