/** Counting that several processes share: one statement a batch, slots as rows, and what was left behind taken back. */
import type { Meter } from '../../core/quota/meters.ts';
import type { SharedUses, UseBatch, UseBatchResult, UseCount } from '../../ports/use-store.ts';
import type { Session } from '../session.ts';
import { toUse, uncount } from '../use-storage.ts';
import type { PostgresDatabase } from './postgres-database.ts';

/** PostgreSQL's largest integer: a counter under no limit. */
const NO_LIMIT = 2_147_483_647;

/** What `reserve_uses` answers (migrations/0003-quota.ts). */
interface Answer {
  readonly later?: string;
  readonly fits: boolean;
  readonly counts: readonly (readonly [subject: string, meter: Meter, used: number])[];
  readonly slots: readonly (readonly [subject: string, held: number])[];
  readonly held: number;
}

export function createSharedUses(database: PostgresDatabase): SharedUses {
  return {
    reserve: async (batch) => {
      // By the pool directly: the call is a transaction of its own, and a repeat after a lost connection would count twice.
      const { rows } = await database.once<{ answer: Answer }>({
        name: 'reserve-uses',
        text: 'SELECT reserve_uses($1, $2, $3::jsonb) AS answer',
        values: [batch.day, batch.at, JSON.stringify(toJson(batch))],
      });
      return resultOf((rows[0] as { answer: Answer }).answer);
    },
    release: (key) =>
      database.writeIdempotent(async (session) => {
        const rows = await session.query(
          `UPDATE meter_uses SET state = 'refunded' WHERE key = $1 AND state = 'reserved'
           RETURNING key, subject, meter, day`,
          [key],
        );
        await uncount(session, rows.map(toUse));
        await session.query(`DELETE FROM run_slots WHERE run_id = $1 AND state = 'reserved'`, [key]);
      }),
    slotsHeld: () =>
      database.read(async (session) => {
        const [row] = await session.query(
          `SELECT CAST(count(*) AS integer) AS held FROM run_slots WHERE state <> 'resting'`,
        );
        return Number(row?.['held'] ?? 0);
      }),
    setResting: (runId, isResting) =>
      database.writeIdempotent(async (session) => {
        await session.query(`UPDATE run_slots SET state = $2 WHERE run_id = $1 AND state <> 'reserved'`, [
          runId,
          isResting ? 'resting' : 'held',
        ]);
      }),
    reclaim: (before) => database.writeIdempotent((session) => reclaim(session, before)),
  };
}

function toJson(batch: UseBatch): object {
  return {
    counters: batch.counters.map(({ subject, meter, used, limit }) => ({
      subject,
      meter,
      wanted: used,
      most: Math.min(limit ?? NO_LIMIT, NO_LIMIT),
    })),
    slots: batch.slots.map(({ subject, wanted, limit }) => ({ subject, wanted, most: limit })),
    total: batch.total,
    uses: batch.uses,
    leases: batch.leases.map(({ runId, subject }) => ({ run_id: runId, subject })),
  };
}

function resultOf(answer: Answer): UseBatchResult {
  if (answer.later !== undefined) return { kind: 'later', day: answer.later };
  const counts: UseCount[] = answer.counts.map(([subject, meter, used]) => ({ subject, meter, used }));
  if (answer.fits) return { kind: 'counted', counts };
  return {
    kind: 'full',
    counts,
    slots: answer.slots.map(([subject, held]) => ({ subject, held })),
    held: answer.held,
  };
}

/** A reservation this old belongs to a process that was killed; a slot without an active run to a workflow that was. */
async function reclaim(session: Session, before: string): Promise<number> {
  const rows = await session.query(
    `UPDATE meter_uses SET state = 'refunded' WHERE state = 'reserved' AND at < $1
     RETURNING key, subject, meter, day`,
    [before],
  );
  await uncount(session, rows.map(toUse));
  const slots = await session.query(
    `DELETE FROM run_slots s WHERE s.at < $1 AND NOT EXISTS
       (SELECT 1 FROM runs r WHERE r.run_id = s.run_id AND r.completed_at IS NULL) RETURNING run_id`,
    [before],
  );
  return rows.length + slots.length;
}
