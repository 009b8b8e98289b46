/** What a planner writes: tasks that refer to each other by name. `tasks.create`'s own rules are applied to it later. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../core/json.ts';

/** More than this is no plan for a person to read. */
export const MOST_TASKS = 50;

export const plannedTaskSchema = z.object({
  name: z.string().describe('Short and unique'),
  executor: z.string().nullable().describe('Id from the list; null for a task that only groups its children'),
  inputs: z
    .record(z.string(), z.custom<JsonValue>())
    .nullish()
    .describe("Must fit the executor's input_schema; results of dependencies are added by themselves"),
  parent: z.string().nullish().describe('Name of the task it hangs under; null for the one root'),
  depends_on: z.array(z.string()).nullish().describe('Names of tasks whose results it needs'),
  priority: z.number().int().min(0).max(3).nullish().describe('0 urgent … 3 low; 1 is normal'),
});

export const planSchema = z.object({ tasks: z.array(plannedTaskSchema).min(1).max(MOST_TASKS) });
export type Plan = z.infer<typeof planSchema>;

/** The same for the provider. */
export function planJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(planSchema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return schema as JsonObject;
}
