/** Reads (and on PostgreSQL locks) the rows that a commit decides by. */
import type { RunFacts, Standing } from './effects.ts';
import { RUN_COLUMNS, rowToRun } from './rows.ts';
import type { Session } from './session.ts';

/** Unknown runs are absent. The lock is what makes event numbers gapless between processes. */
export async function loadRunFacts(
  session: Session,
  runIds: readonly string[],
): Promise<Map<string, RunFacts>> {
  if (runIds.length === 0) return new Map();
  const ids = [...runIds].sort();
  const lock = session.kind === 'postgres' ? 'ORDER BY run_id FOR UPDATE' : '';
  const runs = await session.query(
    `SELECT ${RUN_COLUMNS} FROM runs WHERE run_id IN (SELECT unnest($1::text[])) ${lock}`,
    [ids],
  );
  const rows = await session.query(
    'SELECT run_id, task_id, generation, status FROM run_tasks WHERE run_id IN (SELECT unnest($1::text[]))',
    [ids],
  );
  const last = await session.query(
    'SELECT run_id, max(seq) AS seq FROM task_events WHERE run_id IN (SELECT unnest($1::text[])) GROUP BY run_id',
    [ids],
  );
  const byRun = Map.groupBy(rows, (row) => String(row['run_id']));
  const seqs = new Map(last.map((row) => [String(row['run_id']), Number(row['seq'])]));
  return new Map(
    runs.map(rowToRun).map((run) => {
      const standing = new Map<string, Standing>(
        (byRun.get(run.run_id) ?? []).map((row) => [
          String(row['task_id']),
          { generation: Number(row['generation']), status: String(row['status']) },
        ]),
      );
      return [run.run_id, { run, lastSeq: seqs.get(run.run_id) ?? 0, standing }];
    }),
  );
}
