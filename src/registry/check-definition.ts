/** Says what is wrong with an executor file before anything runs on it. */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { AnyExecutor } from '../core/executor.ts';

const isSchema = (value: unknown) => value instanceof z.ZodType;
const isFunction = (value: unknown) => typeof value === 'function';

const definitionSchema = z.looseObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{1,63}$/, 'must be snake_case, 2 to 64 characters'),
  name: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()).min(1),
  type: z.string().nullable(),
  examples: z.array(z.string()).min(1),
  input: z.custom(isSchema, 'must be a zod schema'),
  output: z.custom(isSchema, 'must be a zod schema'),
  placement: z.enum(['inline', 'activity', 'wait']),
  demoInput: z.record(z.string(), z.unknown()),
  demo: z.custom(isFunction, 'must be a function'),
  run: z.custom(isFunction, 'must be a function'),
  wait: z.custom(isFunction, 'must be a function').optional(),
  timeoutMs: z.number().int().positive().optional(),
  maxAttempts: z.number().int().min(1).max(100).optional(),
  backoffMs: z.number().int().min(0).optional(),
});

/** Throws `invalid_params` that names the file, the member and the way out. */
export function checkDefinition(file: string, exported: unknown): AnyExecutor {
  if (exported === undefined)
    throw wrong(file, 'it has no default export: export default defineExecutor({…})');
  const parsed = definitionSchema.safeParse(exported);
  if (!parsed.success) {
    throw wrong(
      file,
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'export'} ${issue.message}`).join('; '),
    );
  }
  const executor = exported as AnyExecutor;
  const expected = `${executor.id.replaceAll('_', '-')}`;
  if (file.replace(/\.(ts|js)$/, '') !== expected)
    throw wrong(file, `its id is '${executor.id}': call the file ${expected}.ts`);
  if (executor.placement === 'wait' && executor.wait === undefined)
    throw wrong(file, "placement 'wait' needs wait()");
  if (executor.hasSteps === true && (executor.placement !== 'activity' || executor.batchable === true))
    throw wrong(file, "hasSteps needs placement 'activity', and not batchable");
  if (!executor.input.safeParse(executor.demoInput).success)
    throw wrong(file, 'demoInput does not fit its own input schema');
  return executor;
}

function wrong(file: string, what: string): AppError {
  return new AppError('invalid_params', `executors/${file} is not an executor: ${what}`);
}
