/** The plans of the prediction service. They are words of a header, and not the plans of task trees. */

export const LAB_PLANS = ['FREE', 'PREMIUM', 'INTERNAL'] as const;
export type LabPlan = (typeof LAB_PLANS)[number];

/** A day, of PREMIUM and INTERNAL, and of everybody while nothing is counted. */
export const UNCOUNTED_CAP = 10_000_000;

/** Unknown words are FREE. */
export function labPlanOf(header: string | undefined): LabPlan {
  const word = (header ?? '').trim().toUpperCase();
  return LAB_PLANS.find((plan) => plan === word) ?? 'FREE';
}
