/** Cycle detection over tasks numbered by index; iterative, linear in tasks and links. */

/**
 * A task that waits for itself, or -1. `waitsFor[i]` lists the indexes task i runs after: its children and its
 * dependencies. Looks from index 0 on, so the answer is the same for the same tree.
 */
export function findCycle(waitsFor: readonly (readonly number[])[]): number {
  const UNSEEN = 0;
  const OPEN = 1;
  const DONE = 2;
  const seen = new Uint8Array(waitsFor.length);
  const nextLink = new Uint32Array(waitsFor.length);
  for (let start = 0; start < waitsFor.length; start++) {
    if (seen[start] !== UNSEEN) continue;
    seen[start] = OPEN;
    const path = [start];
    while (path.length > 0) {
      const task = path[path.length - 1] as number;
      const link = nextLink[task] as number;
      const next = waitsFor[task]?.[link];
      if (next === undefined) {
        seen[task] = DONE;
        path.pop();
        continue;
      }
      nextLink[task] = link + 1;
      if (seen[next] === OPEN) return next;
      if (seen[next] === UNSEEN) {
        seen[next] = OPEN;
        path.push(next);
      }
    }
  }
  return -1;
}

/** The contract's text for a tree that could never finish. */
export function cycleText(task: string): string {
  return `Circular dependency detected involving task '${task}'. Tasks cannot have circular dependencies as this would cause infinite loops.`;
}
