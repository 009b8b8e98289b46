/** `runs.pause`, `.resume`, `.retry`, `.rerun`, `.approve`, `.reject`: messages to a running tree. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isRunEnded, type Run, runSchema } from '../../core/run.ts';
import { type Call, defineMethod, type Method } from '../method.ts';
import { canSee, requireOwnRun, requireOwnTask } from './own.ts';
import { optionalId, optionalText, requireId } from './param.ts';

const params = z.object({
  run_id: optionalId.describe('Absent: the active run of the task'),
  task_id: optionalId,
  comment: optionalText,
});
type Params = z.infer<typeof params>;

interface Control {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly needsTask: boolean;
  readonly act: (call: Call, run: Run, taskId: string, given: Params) => Promise<void>;
}

const CONTROLS: readonly Control[] = [
  {
    name: 'runs.pause',
    title: 'Pause Run',
    description: 'Starts no further task; those that run finish.',
    needsTask: false,
    act: (call, run) => call.deps.engine.pause(run),
  },
  {
    name: 'runs.resume',
    title: 'Resume Run',
    description: 'Goes on with a paused run.',
    needsTask: false,
    act: (call, run) => call.deps.engine.resume(run),
  },
  {
    name: 'runs.retry',
    title: 'Retry Task',
    description: 'Runs a failed, skipped or cancelled task of a running tree again.',
    needsTask: true,
    act: (call, run, taskId) => call.deps.engine.retry(run, taskId),
  },
  {
    name: 'runs.rerun',
    title: 'Re-run From Task',
    description: 'Runs a task and all that depends on it again; other finished results stay.',
    needsTask: true,
    act: (call, run, taskId) => call.deps.engine.rerun(run, taskId),
  },
  {
    name: 'runs.approve',
    title: 'Approve',
    description: 'Lets a task that waits for approval go on.',
    needsTask: true,
    act: (call, run, taskId, given) => decide(call, run, taskId, true, given),
  },
  {
    name: 'runs.reject',
    title: 'Reject',
    description: 'Refuses a task that waits for approval.',
    needsTask: true,
    act: (call, run, taskId, given) => decide(call, run, taskId, false, given),
  },
];

/** All of them: they differ only in what is sent. */
export const runsControl: readonly Method<Params>[] = CONTROLS.map((control) =>
  defineMethod<Params>({
    name: control.name,
    scope: 'tasks',
    title: control.title,
    description: control.description,
    category: 'agent_action',
    tags: ['run', control.name.slice('runs.'.length)],
    params,
    result: runSchema,
    auth: { ownership: 'own-runs' },
    bodyLimit: 'small',
    errors: ['not_found', 'conflict', 'unavailable'],
    examples: [
      {
        name: control.title.toLowerCase(),
        params: control.needsTask
          ? { task_id: 'my-task' }
          : { run_id: '019aa000-0000-7000-8000-000000000000' },
      },
    ],
    handle: async (given, call) => {
      const run = await runOf(given, call);
      const taskId = control.needsTask ? requireId('Task ID is required', given.task_id) : '';
      if (isRunEnded(run.status))
        throw new AppError('conflict', `Run ${run.run_id} has ended (${run.status}); execute the task again`);
      await control.act(call, run, taskId, given);
      return (await call.deps.store.runs.get(run.run_id)) ?? run;
    },
  }),
);

function decide(call: Call, run: Run, taskId: string, approved: boolean, given: Params): Promise<void> {
  const decision = { approved, by: call.identity.userId, comment: given.comment ?? null };
  return call.deps.engine.decide(run, taskId, decision);
}

/** The run named, or the active run of the task's tree. */
async function runOf(given: Params, call: Call): Promise<Run> {
  if (given.run_id) return requireOwnRun(call, given.run_id);
  const taskId = requireId('Run ID or task ID is required', given.task_id);
  const task = await requireOwnTask(call, taskId);
  const [run] = await call.deps.store.runs.active({ rootTaskIds: [task.task_tree_id ?? task.id], limit: 1 });
  if (run === undefined || !canSee(call.identity, run.user_id))
    throw new AppError('conflict', `Task ${taskId} is not running; execute it`);
  return run;
}
