/** Says what is wrong with a hook file before anything calls it. */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { type HookDefinition, TASK_POINTS, TREE_POINTS } from '../core/hook.ts';

/** An activity has 15 seconds beyond its executor's own time. */
const MOST_TIMEOUT_MS = 5_000;
const POINTS = [...TREE_POINTS, ...TASK_POINTS] as const;
const isFunction = (value: unknown) => typeof value === 'function';
const handler = z.custom(isFunction, 'must be a function').optional();

const hookSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,63}$/, 'must be kebab-case, 2 to 64 characters'),
  description: z.string().min(1),
  executors: z.array(z.string()).min(1).optional(),
  onlyLlm: z.boolean().optional(),
  isOptIn: z.boolean().optional(),
  onFailure: z.enum(['open', 'closed']).optional(),
  timeoutMs: z.number().int().min(1).max(MOST_TIMEOUT_MS).optional(),
  ...Object.fromEntries(POINTS.map((point) => [point, handler])),
});

/** Throws `invalid_params` that names the file, the member and the way out. `executorIds`: all that exist. */
export function checkHook(file: string, exported: unknown, executorIds: ReadonlySet<string>): HookDefinition {
  if (exported === undefined) throw wrong(file, 'it has no default export: export default defineHook({…})');
  const parsed = hookSchema.safeParse(exported);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'export'} ${issue.message}`,
    );
    throw wrong(file, problems.join('; '));
  }
  const hook = exported as HookDefinition;
  if (file.replace(/\.(ts|js)$/, '') !== hook.id)
    throw wrong(file, `its id is '${hook.id}': call the file ${hook.id}.ts`);
  if (!POINTS.some((point) => hook[point] !== undefined))
    throw wrong(file, `it does nothing: give it one of ${POINTS.join(', ')}`);
  const isOfTasks = TASK_POINTS.some((point) => hook[point] !== undefined);
  if (hook.onFailure === 'closed' && !isOfTasks)
    throw wrong(file, "onFailure 'closed' needs beforeTask or afterTask: tree points only watch");
  const unknown = hook.executors?.filter((id) => !executorIds.has(id)) ?? [];
  if (unknown.length > 0) throw wrong(file, `there is no executor '${unknown.join("', '")}'`);
  return hook;
}

function wrong(file: string, what: string): AppError {
  return new AppError('invalid_params', `hooks/${file} is not a hook: ${what}`);
}
