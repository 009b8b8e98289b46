/** A task as clients post it. For docs and typed clients: `validateTree` checks what is posted. */
import { z } from 'zod';
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
  })
  .describe('A task to create');
