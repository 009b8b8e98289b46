/** Reserves a call, and has its question counted first where a budget limits it. */
import { type Budget, type PlannedCall, type Reservation, reserveCall } from './budget.ts';

/** `inputTokens` is a first estimate. */
export interface UncountedCall extends PlannedCall {
  /** As exactly as can be. */
  countInput(): Promise<number>;
}

/** @throws AppError as `reserveCall` does. */
export async function reserveCounted(
  budgets: readonly Budget[],
  call: UncountedCall,
  nowMs: number,
): Promise<Reservation> {
  const isLimited = budgets.some(
    ({ maxTokens, maxCostNanoUsd }) => maxTokens !== null || maxCostNanoUsd !== null,
  );
  // Whatever limits nothing need not be counted: what was used is known afterwards.
  return reserveCall(budgets, isLimited ? { ...call, inputTokens: await call.countInput() } : call, nowMs);
}
