/** Fields of posted tasks that nobody knows but that look like one: accepted, as ever, and named in the answer. */
import { closestName } from '../closest-name.ts';
import { taskSchema } from '../task.ts';

const MOST_WARNINGS = 5;

/** One sentence a field, at most five. */
export function misspeltFields(tasks: readonly unknown[]): string[] {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [index, task] of tasks.entries()) {
    if (typeof task !== 'object' || task === null) continue;
    for (const field of Object.keys(task)) {
      if (KNOWN.has(field) || seen.has(field)) continue;
      seen.add(field);
      const meant = closestName(field, KNOWN);
      if (meant === null) continue;
      warnings.push(`Task at index ${index}: unknown field '${field}' was ignored. Did you mean '${meant}'?`);
      if (warnings.length === MOST_WARNINGS) return warnings;
    }
  }
  return warnings;
}

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(taskSchema.shape), 'policy']);
