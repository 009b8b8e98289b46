/** The exit of a spent latency budget. Whoever does the work measures it and decides when to look. */
import type { Exit } from './exit.ts';
import { makeExit } from './exit-table.ts';

/** null: there is time left. A negative budget is always spent. */
export function latencyExit(elapsedMs: number, budgetMs: number, when: 'before' | 'during'): Exit | null {
  if (elapsedMs <= budgetMs) return null;
  return makeExit('latency_budget', `Latency budget exceeded ${when} generation.`, {
    elapsed_ms: Math.floor(elapsedMs),
    budget_ms: budgetMs,
  });
}
