/** `system.health` and `system.executors`. */
import { z } from 'zod';
import { isoMicros } from '../../core/time.ts';
import { defineMethod } from '../method.ts';

const none = z.object({});
const startedAt = performance.now();

export const systemHealth = defineMethod<z.infer<typeof none>>({
  name: 'system.health',
  scope: 'system',
  title: 'System Health',
  description: 'Whether the server answers, since when, and how many trees are running.',
  category: 'monitoring',
  tags: ['system', 'health'],
  params: none,
  result: z.object({
    status: z.string(),
    message: z.string(),
    version: z.string(),
    timestamp: z.string(),
    running_tasks_count: z.number().int(),
    uptime: z.number().describe('Seconds'),
  }),
  auth: { ownership: 'none' },
  bodyLimit: 'small',
  examples: [{ name: 'health', params: {} }],
  handle: async (_params, call) => ({
    status: 'healthy',
    // The text existing clients match on.
    message: 'apflow is healthy',
    version: call.deps.settings.version,
    timestamp: isoMicros(call.deps.clock.now()),
    running_tasks_count: await call.deps.store.runs.countActive(),
    uptime: Math.round((performance.now() - startedAt) / 1000),
  }),
});

const executorResult = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  dependencies: z.array(z.string()),
  available: z.boolean(),
  reason: z.string().optional().describe('Why it is not available, and how to change that'),
});

export const systemExecutors = defineMethod<z.infer<typeof none>>({
  name: 'system.executors',
  scope: 'system',
  title: 'List Executors',
  description: 'Every executor, whether it may run here, and if not, why.',
  category: 'monitoring',
  tags: ['system', 'executors'],
  params: none,
  result: z.object({ executors: z.array(executorResult), count: z.number().int(), restricted: z.boolean() }),
  auth: { ownership: 'none' },
  bodyLimit: 'small',
  examples: [{ name: 'all', params: {} }],
  handle: async (_params, call) => {
    const { registry } = call.deps;
    const executors = registry.all().map((executor) => {
      const { available, reason } = registry.availability(executor);
      return {
        id: executor.id,
        name: executor.name,
        description: executor.description,
        tags: executor.tags,
        dependencies: [],
        available,
        ...(reason === null ? {} : { reason }),
      };
    });
    return { executors, count: executors.length, restricted: false };
  },
});
