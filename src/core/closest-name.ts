/** What somebody probably meant by a name that nobody knows. */

const FARTHEST = 2;
/** Longer names are no typing errors, and comparing them costs. */
const LONGEST = 60;

/** The known name that is at most two single-character changes away, the nearest first; null = none is. */
export function closestName(name: string, known: Iterable<string>): string | null {
  if (name.length > LONGEST) return null;
  let best: { name: string; changes: number } | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > FARTHEST) continue;
    const changes = changesBetween(name.toLowerCase(), candidate.toLowerCase());
    // Of a short name two changes leave nothing.
    const isNear = changes <= FARTHEST && changes < name.length / 2;
    if (isNear && (best === null || changes < best.changes)) best = { name: candidate, changes };
  }
  return best?.name ?? null;
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function changesBetween(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
