/** `quota.set`: a daily limit of one user's own, in place of the plan's. */
import { z } from 'zod';
import { METERS } from '../../core/quota/meters.ts';
import { defineMethod } from '../method.ts';
import { optionalId, requireId } from './param.ts';

const MOST = 1_000_000_000;

const params = z.object({
  user_id: optionalId.describe('Whose limit'),
  meter: z.enum(METERS).nullish().describe('Default task_trees'),
  limit: z
    .number()
    .int()
    .min(0)
    .max(MOST)
    .nullish()
    .describe("A day; 0 refuses everything; absent or null: the plan's limit again"),
});

export const quotaSet = defineMethod<z.infer<typeof params>>({
  name: 'quota.set',
  scope: 'system',
  title: 'Set Quota',
  description:
    "Gives one user a daily limit of their own, or the plan's back. For admins; who set what is kept. What was used today still counts.",
  category: 'crud',
  tags: ['quota', 'set'],
  params,
  result: z.object({
    user_id: z.string(),
    meter: z.enum(METERS),
    limit: z.number().int().nullable(),
    set_by: z.string(),
    set_at: z.string(),
  }),
  auth: { ownership: 'none', roles: ['admin'] },
  bodyLimit: 'small',
  errors: ['forbidden', 'unavailable'],
  examples: [{ name: 'a hundred trees a day', params: { user_id: 'ann', meter: 'task_trees', limit: 100 } }],
  handle: async (given, call) => {
    const userId = requireId('User ID is required', given.user_id);
    const { deps, identity, requestId } = call;
    const set = await deps.ledger.setOverride({
      userId,
      meter: given.meter ?? 'task_trees',
      limit: given.limit ?? null,
      setBy: identity.userId,
    });
    deps.logger.info({ request_id: requestId, ...set }, 'a limit was set');
    return { user_id: userId, meter: set.meter, limit: set.limit, set_by: set.setBy, set_at: set.setAt };
  },
});
