/** `tasks.cancel` (also `tasks.running.cancel`): stops tasks and what hangs below them. Each id is answered by itself. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isTerminal, type TaskRecord } from '../../core/task.ts';
import { childrenByParent, subtreeIds } from '../../core/task-tree/subtree.ts';
import { isoMicros } from '../../core/time.ts';
import { type Call, defineMethod } from '../method.ts';
import { toAppError } from '../rpc/error-answer.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { findOwnTask, treeOf } from './own.ts';
import { idListParam, idsOf, optionalFlag, optionalId, optionalText } from './param.ts';

const params = z.object({
  task_ids: idListParam,
  context_ids: idListParam,
  task_id: optionalId,
  force: optionalFlag.describe('Do not wait for executors to stop'),
  error_message: optionalText.describe('Stands as the error of what is cancelled'),
});
type Params = z.infer<typeof params>;

const entry = z.object({
  task_id: z.string(),
  status: z.enum(['cancelled', 'failed', 'error']),
  message: z.string(),
  force: z.boolean(),
  current_status: z.string().optional(),
  error: z.string().nullable().optional(),
  token_usage: z.unknown().optional(),
  result: z.unknown().optional(),
});
type Entry = z.infer<typeof entry>;

export const tasksCancel = defineMethod<Params>({
  name: 'tasks.cancel',
  aliases: ['tasks.running.cancel'],
  scope: 'tasks',
  title: 'Cancel Tasks',
  description:
    'Cancels tasks with their descendants. Dependants are skipped; work stops within a second. Pending tasks may be cancelled too.',
  category: 'agent_action',
  tags: ['task', 'cancel'],
  params,
  result: z.array(entry),
  auth: { ownership: 'own-tasks' },
  isDestructive: true,
  bodyLimit: 'small',
  errors: ['idempotency_conflict', 'unavailable'],
  examples: [{ name: 'one task', params: { task_ids: ['my-task'] } }],
  handle: cancel,
});

function cancel(given: Params, call: Call): Promise<unknown> {
  return idempotently<unknown>(call, 'tasks.cancel', given, {
    perform: async (record) => {
      const entries: Entry[] = [];
      for (const taskId of idsOf(given.task_ids, given.context_ids, given.task_id))
        entries.push(await cancelOne(call, taskId, given));
      // Nothing else is written with it: a repeat that came in between has done the same harmless thing.
      const own = record({ entries: entries as unknown as JsonValue });
      if (own === undefined) return entries;
      const standing = await call.deps.store.idempotency.put(own);
      return entriesOf(standing.answer);
    },
    replay: async (answer) => entriesOf(answer),
  });
}

function entriesOf(answer: JsonObject): JsonValue {
  return answer['entries'] ?? [];
}

/** Never throws: one id's trouble is its own entry. */
async function cancelOne(call: Call, taskId: string, given: Params): Promise<Entry> {
  const force = given.force === true;
  try {
    const task = await findOwnTask(call, taskId);
    if (task === null) throw new AppError('not_found', `Task ${taskId} not found`);
    const reason = given.error_message || (force ? 'Force cancelled by user' : 'Cancelled by user');
    return await cancelTask(call, task, reason, force);
  } catch (caught) {
    const { message } = toAppError(caught, call.deps.logger, call.requestId);
    return { task_id: taskId, status: 'error', message, force, error: message };
  }
}

async function cancelTask(call: Call, task: TaskRecord, reason: string, force: boolean): Promise<Entry> {
  const { store, engine } = call.deps;
  const rootId = task.task_tree_id ?? task.id;
  const [run] = await store.runs.active({ rootTaskIds: [rootId], limit: 1 });
  const isTarget = run?.target_task_id === task.id || run?.root_task_id === task.id;
  if (!isTarget && isTerminal(task.status)) {
    const message = `Task ${task.id} is already ${task.status}, cannot cancel`;
    return { task_id: task.id, status: 'failed', message, force, current_status: task.status };
  }
  if (run !== undefined)
    await engine.cancel(run, { ...(isTarget ? {} : { taskIds: [task.id] }), force, reason });
  else await cancelStored(call, task, reason);
  const after = await store.tasks.get(task.id);
  return {
    task_id: task.id,
    status: 'cancelled',
    message: reason,
    force,
    ...(after?.token_usage == null ? {} : { token_usage: after.token_usage }),
    ...(after?.result == null ? {} : { result: after.result }),
  };
}

/** Nothing runs: the task and what hangs below it are marked, what has ended stays as it is. */
async function cancelStored(call: Call, task: TaskRecord, reason: string): Promise<void> {
  const tree = await treeOf(call, task);
  const below = subtreeIds(childrenByParent(tree), task.id);
  const completed_at = isoMicros(call.deps.clock.now());
  for (const each of tree)
    if (below.has(each.id) && !isTerminal(each.status))
      await call.deps.store.tasks.update(each.id, { status: 'cancelled', error: reason, completed_at });
}
