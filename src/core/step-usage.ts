/** What the attempts of one task have used, as far as its steps know. */
import type { JsonObject } from './json.ts';
import { parentStep, type TaskStep } from './task-step.ts';
import { TokenTally } from './token-tally.ts';

/** Tokens of the steps of one generation that this attempt has ended; null = none. */
export function spentInSteps(steps: readonly TaskStep[], attempt: number): JsonObject | null {
  const ended = new Set(steps.filter(({ status }) => status !== 'in_progress').map(({ path }) => path));
  const tally = new TokenTally();
  for (const step of steps) {
    const isCounted = ended.has(step.path) && step.attempt === attempt && !hasAncestor(step.path, ended);
    if (isCounted) tally.include(step.attemptUsage);
  }
  return tally.spent;
}

/** A step's own numbers hold those of the steps below it. */
function hasAncestor(path: string, paths: ReadonlySet<string>): boolean {
  for (let parent = parentStep(path); parent !== null; parent = parentStep(parent)) {
    if (paths.has(parent)) return true;
  }
  return false;
}
