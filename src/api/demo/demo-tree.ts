/** One small tree per executor to try it with: what `POST /api/demo/tasks/init-executors` stores for a user. */
import { createHash } from 'node:crypto';
import type { AnyExecutor } from '../../core/executor.ts';
import type { JsonObject } from '../../core/json.ts';
import type { TaskRecord } from '../../core/task.ts';
import { newTaskRecord } from '../../core/task-tree/new-task-record.ts';

export interface DemoTreeOptions {
  readonly userId: string;
  /** ISO-8601 with microseconds. */
  readonly now: string;
  /** Why it would not run for real on this server; null when it would. */
  readonly requirements: string | null;
}

/** Seen by the original's clients as the newest priority of its demo tasks. */
const PRIORITY = 2;
const SYSTEM_INFO = 'system_info_executor';
const RESOURCES = ['cpu', 'memory', 'disk'];

/** The same for the same user and executor, so that a second set-up finds the first; no two users share one. */
export function demoTreeId(userId: string, executorId: string): string {
  const user = createHash('sha256').update(userId).digest('hex').slice(0, 16);
  const base = `demo_executor_${user}_${executorId.replaceAll('_', '-')}`;
  return executorId === SYSTEM_INFO ? `${base}_parent` : base;
}

/** The tree's tasks, root first. */
export function demoTree(executor: AnyExecutor, options: DemoTreeOptions): TaskRecord[] {
  return executor.id === SYSTEM_INFO ? systemInfoTree(executor, options) : [singleTask(executor, options)];
}

function singleTask(executor: AnyExecutor, options: DemoTreeOptions): TaskRecord {
  const id = demoTreeId(options.userId, executor.id);
  return taskOf(executor, options, {
    id,
    rootId: id,
    name: executor.name,
    position: 0,
    inputs: executor.demoInput,
  });
}

/** A parent that waits for three children, so that there is one demo tree that is a tree. */
function systemInfoTree(executor: AnyExecutor, options: DemoTreeOptions): TaskRecord[] {
  const rootId = demoTreeId(options.userId, executor.id);
  const childId = (index: number) => rootId.replace(/parent$/, `child_${index}`);
  const children = RESOURCES.map((resource, index) => ({
    ...taskOf(executor, options, {
      id: childId(index),
      rootId,
      name: `${executor.name} (${resource})`,
      position: index + 1,
      inputs: { resource },
    }),
    parent_id: rootId,
  }));
  const parent = taskOf(executor, options, {
    id: rootId,
    rootId,
    name: `${executor.name} (Aggregate)`,
    position: 0,
    // Where the original keeps these two facts on its only tree.
    inputs: { _demo_runnable: options.requirements === null, _demo_requirements: options.requirements },
  });
  const dependencies = children.map(({ id }) => ({ id, required: true }));
  return [{ ...parent, has_children: true, dependencies }, ...children];
}

interface TaskFacts {
  readonly id: string;
  readonly rootId: string;
  readonly name: string;
  readonly position: number;
  readonly inputs: JsonObject;
}

function taskOf(executor: AnyExecutor, options: DemoTreeOptions, facts: TaskFacts): TaskRecord {
  const { id, rootId, name, position, inputs } = facts;
  const { userId, now, requirements } = options;
  return newTaskRecord(
    {
      id,
      parent_id: null,
      task_tree_id: rootId,
      user_id: userId,
      name: `Demo: ${name}`.slice(0, 100),
      position,
      priority: PRIORITY,
      inputs,
      schemas: { method: executor.id, demo_runnable: requirements === null, demo_requirements: requirements },
    },
    now,
  );
}
