/** Parent and child lookups over the rows of one tree, linear and without recursion. */

interface TreeNode {
  readonly id: string;
  readonly parent_id: string | null;
}

/** Children by parent id, in the order of `tree`. */
export function childrenByParent<T extends TreeNode>(tree: readonly T[]): Map<string, T[]> {
  const children = new Map<string, T[]>();
  for (const task of tree) {
    if (task.parent_id === null) continue;
    const siblings = children.get(task.parent_id);
    if (siblings === undefined) children.set(task.parent_id, [task]);
    else siblings.push(task);
  }
  return children;
}

/** Ids of the task and all its descendants, the task first. */
export function subtreeIds<T extends TreeNode>(
  children: ReadonlyMap<string, readonly T[]>,
  rootId: string,
): Set<string> {
  const ids = new Set([rootId]);
  // A Set iterates over what is added while it runs: breadth first without a second list.
  for (const id of ids) for (const child of children.get(id) ?? []) ids.add(child.id);
  return ids;
}
