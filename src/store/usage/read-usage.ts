/** Reads rows in the order in which they ended, a page at a time, so that no export holds everything at once. */
import type { UsageRow } from '../../core/usage.ts';
import type { UsageFilter } from '../../ports/usage-store.ts';
import type { Database, Parameter } from '../session.ts';
import { rowToUsage } from './usage-rows.ts';
import { usageWhere } from './usage-where.ts';

const ORDER = 'ended_at, run_id, task_id, generation, attempt';

export async function* readUsage(
  read: Database['read'],
  filter: UsageFilter,
  pageSize: number,
): AsyncGenerator<UsageRow[]> {
  let last: UsageRow | undefined;
  for (;;) {
    const after = last;
    const page = await read(async (session) => {
      const parameters: Parameter[] = [];
      const where = usageWhere(filter, parameters);
      const behind = after === undefined ? '' : ` AND ${isBehind(after, parameters)}`;
      const rows = await session.query(
        `SELECT * FROM usage WHERE ${where}${behind} ORDER BY ${ORDER} LIMIT ${Math.trunc(pageSize)}`,
        parameters,
      );
      return rows.map(rowToUsage);
    });
    if (page.length > 0) yield page;
    last = page.at(-1);
    if (page.length < pageSize) return;
  }
}

/** The first comparison alone lets the database skip what was read already. */
function isBehind({ endedAtMs, runId, taskId, generation, attempt }: UsageRow, parameters: Parameter[]) {
  const at = parameters.push(String(endedAtMs));
  const [run, task] = [parameters.push(runId), parameters.push(taskId)];
  const place = `(ended_at, run_id, task_id, generation, attempt)`;
  return `ended_at >= $${at}::bigint AND
    ${place} > ($${at}::bigint, $${run}, $${task}, ${Math.trunc(generation)}, ${Math.trunc(attempt)})`;
}
