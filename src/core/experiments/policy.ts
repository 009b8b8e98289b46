/** Policies of the A/B experiments: which styles there are, how often each is picked, and by what rule. */
import { z } from 'zod';

export const STYLES = ['serious', 'playful'] as const;

export const AB_GROUPS = ['A', 'B'] as const;
export type AbGroup = (typeof AB_GROUPS)[number];

/** `fixed`: by the weights. `thompson`: learns from feedback which style is liked better. */
export const POLICY_KINDS = ['fixed', 'thompson'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** A share by style; in the order given, which decides ties. */
export type Weights = Readonly<Record<string, number>>;

export const weightsSchema = z
  .partialRecord(z.enum(STYLES), z.number().min(0).max(1_000_000))
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'One weight must be above 0');

export const policySchema = z.object({
  name: z.string().min(1).max(100),
  kind: z.enum(POLICY_KINDS),
  weights: weightsSchema,
});
export interface Policy {
  readonly name: string;
  readonly kind: PolicyKind;
  readonly weights: Weights;
}

/** What unknown names fall back to. */
export const DEFAULT_POLICY: Policy = fixed('default', { serious: 0.7, playful: 0.3 });
export const SHIPPED_POLICIES: readonly Policy[] = [
  DEFAULT_POLICY,
  fixed('variant_a', { serious: 0.8, playful: 0.2 }),
  fixed('variant_b', { serious: 0.5, playful: 0.5 }),
];

/** The policy of each group. */
export const GROUP_POLICIES: Readonly<Record<AbGroup, string>> = { A: 'variant_a', B: 'variant_b' };

function fixed(name: string, weights: Weights): Policy {
  return { name, kind: 'fixed', weights };
}

/** Shares that add up to 1, where there is anything to share. */
export function normaliseWeights(weights: Weights): Weights {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  if (total <= 0 || total === 1) return weights;
  return Object.fromEntries(Object.entries(weights).map(([style, weight]) => [style, weight / total]));
}
