/** `policies.list` and `policies.set`: by what rule the A/B experiments pick styles, and what learning ones have learned. */
import { z } from 'zod';
import { POLICY_KINDS, policySchema, weightsSchema } from '../../core/experiments/policy.ts';
import { type PolicyAnswer, policyAnswerSchema } from '../../core/experiments/policy-answer.ts';
import type { PolicyState } from '../../ports/experiments.ts';
import { defineMethod } from '../method.ts';

const shared = { scope: 'system', tags: ['policies', 'experiments'], bodyLimit: 'small' } as const;

const listParams = z.object({});

export const policiesList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'policies.list',
  title: 'List Policies',
  description: 'The policies of the A/B experiments: variant_a picks for group A, variant_b for group B.',
  category: 'query',
  params: listParams,
  result: z.object({ policies: z.array(policyAnswerSchema) }),
  auth: { ownership: 'none' },
  rest: { verb: 'GET', path: '/policies', tag: 'experiments' },
  examples: [{ name: 'all', params: {} }],
  handle: async (_given, { deps }) => ({ policies: (await deps.lab.experiments.policies()).map(shown) }),
});

const setParams = z.object({
  name: policySchema.shape.name.describe('variant_a, variant_b, default, or a new one'),
  kind: z
    .enum(POLICY_KINDS)
    .default('fixed')
    .describe(
      'fixed: by the weights; thompson: learns from feedback which of the styles with a weight is liked',
    ),
  weights: weightsSchema.describe('By style (serious, playful); they need not add up to 1'),
});

export const policiesSet = defineMethod<z.infer<typeof setParams>>({
  ...shared,
  name: 'policies.set',
  title: 'Set Policy',
  description:
    'Changes how a policy picks styles, from the next prediction on; on other servers within a second.',
  category: 'crud',
  params: setParams,
  result: policyAnswerSchema,
  auth: { ownership: 'none', roles: ['admin'] },
  rest: { verb: 'PUT', path: '/policies/:name', tag: 'experiments' },
  errors: ['forbidden', 'unavailable'],
  examples: [
    {
      name: 'let group B learn',
      params: { name: 'variant_b', kind: 'thompson', weights: { serious: 0.5, playful: 0.5 } },
    },
  ],
  handle: async ({ name, kind, weights }, { deps, identity, requestId }) => {
    const state = await deps.lab.experiments.setPolicy({
      name,
      kind,
      weights: weights as Record<string, number>,
    });
    deps.logger.info(
      { request_id: requestId, policy: name, kind, set_by: identity.userId },
      'a policy was set',
    );
    return shown(state);
  },
});

function shown({ name, kind, weights, learned }: PolicyState): PolicyAnswer {
  return { name, kind, weights: { ...weights }, learned: learned === null ? null : { ...learned } };
}
