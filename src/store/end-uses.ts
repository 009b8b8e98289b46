/** What the end of a run means for its uses: its slot is free, and where no task had begun nothing was used. */
import type { Use } from '../ports/use-store.ts';
import type { RunFacts } from './effects.ts';
import type { Session } from './session.ts';
import { refundUses } from './use-storage.ts';

/** Events a run has when it is stored. */
const FIRST_EVENTS = 1;

export interface EndingRun {
  readonly runId: string;
  readonly status: string;
  readonly facts: RunFacts;
  /** This very commit tells of a task that began. */
  readonly hasBegun: boolean;
}

/** In the transaction that ends the runs. Returns what each of them gives back. */
export async function endUses(session: Session, endings: readonly EndingRun[]): Promise<Map<string, Use[]>> {
  if (endings.length === 0) return new Map();
  if (session.kind === 'postgres') {
    await session.query('DELETE FROM run_slots WHERE run_id IN (SELECT unnest($1::text[]))', [
      endings.map(({ runId }) => runId),
    ]);
  }
  const unused: string[] = [];
  for (const ending of endings) if (await isUnused(session, ending)) unused.push(ending.runId);
  if (unused.length === 0) return new Map();
  return Map.groupBy(await refundUses(session, unused), (use) => use.key);
}

async function isUnused(session: Session, ending: EndingRun): Promise<boolean> {
  if (ending.status === 'completed' || ending.hasBegun) return false;
  if (ending.facts.lastSeq <= FIRST_EVENTS) return true;
  const [row] = await session.query(
    'SELECT seq FROM task_events WHERE run_id = $1 AND type = $2 ORDER BY seq LIMIT 1',
    [ending.runId, 'task-started'],
  );
  return row === undefined;
}
