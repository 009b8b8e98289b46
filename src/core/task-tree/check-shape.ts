/** The shape of a tree: one root, no task that waits for itself, no chain of parents deeper than the limit. */
import { type Dependency, dependencyId, TREE_LIMITS } from '../task.ts';
import { cycleText, findCycle } from './find-cycle.ts';
import { type Draft, refuse } from './read-drafts.ts';

/** Index of the only task without a parent (-1 in `parents`). */
export function onlyRoot(drafts: readonly Draft[], parents: readonly number[]): number {
  const roots = drafts.filter((draft) => parents[draft.index] === -1);
  if (roots.length === 0) {
    // Without a root every chain of parents runs in a circle: the cycle is the better message.
    refuseCycles(drafts, parents, []);
    refuse('No root task found: one task of the array must have no parent_id.');
  }
  if (roots.length > 1) {
    const names = roots.slice(0, 10).map((draft) => `'${draft.name}'`);
    const more = roots.length > 10 ? ', …' : '';
    refuse(
      `Multiple root tasks found: [${names.join(', ')}${more}]. All tasks must be in a single task tree: only one task may have no parent_id.`,
    );
  }
  return (roots[0] as Draft).index;
}

/** Throws when some task would wait for itself. */
export function refuseCycles(
  drafts: readonly Draft[],
  parents: readonly number[],
  dependencies: readonly (readonly Dependency[])[],
): void {
  const indexOf = new Map(drafts.map((draft) => [draft.id, draft.index]));
  const waitsFor = drafts.map((_, index) =>
    (dependencies[index] ?? []).map((dependency) => indexOf.get(dependencyId(dependency)) as number),
  );
  // A parent runs after its children, so a dependency on an ancestor is a cycle too.
  parents.forEach((parent, index) => {
    if (parent >= 0) waitsFor[parent]?.push(index);
  });
  const found = findCycle(waitsFor);
  if (found >= 0) refuse(cycleText((drafts[found] as Draft).label));
}

/** Parents are acyclic here; each chain is walked until a known depth, so the whole is linear. */
export function refuseDepth(drafts: readonly Draft[], parents: readonly number[]): void {
  const depths = new Int32Array(drafts.length);
  for (const draft of drafts) {
    const chain: number[] = [];
    for (let at = draft.index; at >= 0 && depths[at] === 0; at = parents[at] as number) chain.push(at);
    for (const index of chain.reverse()) {
      const depth = (depths[parents[index] as number] ?? 0) + 1;
      if (depth > TREE_LIMITS.depth)
        refuse(
          `Task '${(drafts[index] as Draft).label}' is deeper than ${TREE_LIMITS.depth} levels; hang it higher or use dependencies for order.`,
        );
      depths[index] = depth;
    }
  }
}
