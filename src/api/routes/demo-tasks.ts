/** `GET /api/demo/tasks/init-status` and `POST /api/demo/tasks/init-executors`: a demo tree per executor for the caller. */
import type { ApiDeps } from '../api-deps.ts';
import { createDemoTasks, executorsWithDemo } from '../demo/demo-tasks.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

export function initStatusRoute(deps: ApiDeps): ApiMiddleware {
  return async function initStatus(context) {
    const executors = deps.registry.all();
    const existing = await executorsWithDemo(deps, userOf(context));
    const missing = executors.filter(({ id }) => !existing.has(id)).map(({ id }) => id);
    const details = executors.map(({ id, name }) => [id, { id, name, has_demo_task: existing.has(id) }]);
    context.set('Cache-Control', 'no-store');
    context.body = {
      success: true,
      can_init: missing.length > 0,
      total_executors: executors.length,
      existing_executors: [...existing].sort(),
      missing_executors: missing.sort(),
      executor_details: Object.fromEntries(details),
      message:
        missing.length > 0
          ? `Demo init can be performed. ${missing.length} executors need demo tasks.`
          : `All ${executors.length} executors already have demo tasks.`,
    };
  };
}

export function initExecutorsRoute(deps: ApiDeps): ApiMiddleware {
  return async function initExecutors(context) {
    const taskIds = await createDemoTasks(deps, userOf(context));
    const { identity } = context.state;
    if (identity !== undefined) deps.activity.changed(identity);
    context.set('Cache-Control', 'no-store');
    context.body = {
      success: true,
      created_count: taskIds.length,
      task_ids: taskIds,
      message:
        taskIds.length > 0
          ? `Executor demo tasks initialized successfully. Created ${taskIds.length} tasks.`
          : 'No executor demo tasks were created (no executors found)',
    };
  };
}

function userOf(context: ApiContext): string {
  return context.state.identity?.userId ?? '';
}
