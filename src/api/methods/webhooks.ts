/** `webhooks.secret`: what a receiver of this user's webhooks checks their signatures with. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { webhookSecret } from '../../core/webhook-secret.ts';
import { defineMethod } from '../method.ts';

const none = z.object({});

export const webhooksSecret = defineMethod<z.infer<typeof none>>({
  name: 'webhooks.secret',
  scope: 'tasks',
  title: 'Get Webhook Secret',
  description:
    'The secret that signs the posts to your webhook_config URLs (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature).',
  category: 'query',
  tags: ['webhook', 'secret'],
  params: none,
  result: z.object({ secret: z.string().describe('whsec_ and base64') }),
  // Nobody else may have it, an admin neither: whoever has it can forge.
  auth: { ownership: 'own-keys' },
  bodyLimit: 'small',
  errors: ['unavailable'],
  examples: [{ name: 'mine', params: {} }],
  handle: async (_params, call) => {
    const { sealer } = call.deps;
    if (sealer === undefined)
      throw new AppError('unavailable', 'Webhooks need TASKGROVE_SECRET on this server');
    return { secret: webhookSecret((purpose) => sealer.derive(purpose), call.identity.userId) };
  },
});
