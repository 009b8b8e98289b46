/** A task as clients post it. For docs and typed clients: `validateTree` checks what is posted. */
import { z } from 'zod';
import { SCHEDULE_TYPES } from '../../core/schedule/schedule-rule.ts';
import { taskPolicySchema } from '../../core/task.ts';

export const newTaskSchema = z
  .looseObject({
    id: z.string().max(200).optional().describe('Made when absent; give all tasks of a tree one, or none'),
    name: z.string().max(100),
    parent_id: z.string().nullish().describe('Id or name of a task in the same list'),
    user_id: z.string().nullish(),
    priority: z.number().int().min(0).max(3).optional().describe('0 urgent … 3 low; default 1'),
    dependencies: z
      .array(
        z.union([
          z.string(),
          z.looseObject({
            id: z.string().optional(),
            name: z.string().optional(),
            required: z.boolean().optional().describe('Default true'),
            type: z.string().optional(),
          }),
        ]),
      )
      .nullish(),
    inputs: z.record(z.string(), z.unknown()).nullish(),
    params: z.record(z.string(), z.unknown()).nullish().describe('`executor_id` wins over `schemas.method`'),
    schemas: z.record(z.string(), z.unknown()).nullish().describe('`method` names the executor'),
    policy: taskPolicySchema.nullish(),
    schedule_type: z.enum(SCHEDULE_TYPES).nullish().describe('When it runs by itself; see docs/schedules.md'),
    schedule_expression: z
      .string()
      .max(100)
      .nullish()
      .describe('By schedule_type; may begin with TZ=Europe/Berlin'),
    schedule_enabled: z.boolean().optional().describe('false: paused'),
    schedule_start_at: z.string().nullish(),
    schedule_end_at: z.string().nullish(),
    max_runs: z.number().int().min(1).nullish(),
  })
  .describe('A task to create');
