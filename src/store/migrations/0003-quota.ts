/**
 * What was used, and limits of single users. Counters and slots are rows on PostgreSQL, where several processes count,
 * with a function that counts a batch; the one process of DuckDB keeps both in memory and leaves these tables empty.
 */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const QUOTA_TABLES = {
  meter_uses: {
    // Narrow: on DuckDB every accepted run writes here. `state`: reserved (PostgreSQL only), used, refunded.
    columns: { key: 'text', subject: 'text', meter: 'text', day: 'text', state: 'text', at: 'text' },
    key: ['key', 'meter'],
  },
  quota_overrides: {
    columns: { user_id: 'text', meter: 'text', most: 'integer', set_by: 'text', set_at: 'text' },
    key: ['user_id', 'meter', 'set_at'],
  },
  meter_counters: {
    // `ceiling`: the limit it was last counted under, so that one statement can compare each row with its own.
    columns: { subject: 'text', meter: 'text', day: 'text', used: 'integer', ceiling: 'integer' },
    key: ['subject', 'meter', 'day'],
    indexes: [['day']],
  },
  run_slots: {
    // `state`: reserved, held, resting.
    columns: { run_id: 'text', subject: 'text', state: 'text', at: 'text' },
    key: ['run_id'],
    indexes: [['subject']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `isShared`: true on PostgreSQL. */
export function quotaMigration(isShared: boolean): Migration {
  return {
    async up(database: Kysely<unknown>): Promise<void> {
      await createTables(database, QUOTA_TABLES, isShared);
      if (!isShared) return;
      // Of reserved rows only, which are few: every row of an index that covers all would be written twice.
      await sql`CREATE INDEX meter_uses_reserved ON meter_uses (at) WHERE state = 'reserved'`.execute(
        database,
      );
      await sql.raw(RESERVE_USES).execute(database);
    },
  };
}

/**
 * Counts a batch, all or nothing. The lock is held for this one call only, and each process sends all that waits in
 * one: no row that everybody writes stands in the way of runs that end. A reservation that a crash of the server loses
 * is missed when the run is stored, so its commit need not be waited for.
 */
const RESERVE_USES = `
CREATE FUNCTION reserve_uses(given_day text, given_at text, batch jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  latest text;
  fits boolean := true;
  counted integer;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(hashtext('taskgrove quota'));
  SELECT max(day) INTO latest FROM meter_counters;
  IF latest > given_day THEN RETURN jsonb_build_object('later', latest); END IF;
  IF (batch->'total'->>'wanted')::int > 0 THEN
    SELECT count(*) + (batch->'total'->>'wanted')::int <= (batch->'total'->>'limit')::bigint INTO fits
      FROM run_slots WHERE state <> 'resting';
    fits := fits AND NOT EXISTS (
      SELECT 1 FROM jsonb_to_recordset(batch->'slots') AS w(subject text, wanted int, most bigint)
      WHERE w.wanted + (SELECT count(*) FROM run_slots r WHERE r.subject = w.subject AND r.state <> 'resting') > w.most);
  END IF;
  IF fits THEN
    BEGIN
      INSERT INTO meter_counters AS c (subject, meter, day, used, ceiling)
        SELECT w.subject, w.meter, given_day, w.wanted, w.most
        FROM jsonb_to_recordset(batch->'counters') AS w(subject text, meter text, wanted int, most int)
        WHERE w.wanted <= w.most ORDER BY w.subject, w.meter
      ON CONFLICT (subject, meter, day) DO UPDATE SET used = c.used + excluded.used, ceiling = excluded.ceiling
        WHERE c.used + excluded.used <= excluded.ceiling;
      GET DIAGNOSTICS counted = ROW_COUNT;
      IF counted < jsonb_array_length(batch->'counters') THEN RAISE EXCEPTION USING ERRCODE = 'TG001'; END IF;
    EXCEPTION WHEN SQLSTATE 'TG001' THEN fits := false;
    END;
  END IF;
  IF fits THEN
    INSERT INTO meter_uses (key, subject, meter, day, state, at)
      SELECT u.key, u.subject, u.meter, given_day, 'reserved', given_at
      FROM jsonb_to_recordset(batch->'uses') AS u(key text, subject text, meter text);
    INSERT INTO run_slots (run_id, subject, state, at)
      SELECT l.run_id, l.subject, 'reserved', given_at
      FROM jsonb_to_recordset(batch->'leases') AS l(run_id text, subject text);
  END IF;
  RETURN jsonb_build_object(
    'fits', fits,
    'counts', (SELECT coalesce(jsonb_agg(jsonb_build_array(c.subject, c.meter, c.used)), '[]')
      FROM (SELECT DISTINCT w.subject FROM jsonb_to_recordset(batch->'counters') AS w(subject text)) s
      JOIN meter_counters c ON c.subject = s.subject AND c.day = given_day),
    'slots', CASE WHEN fits THEN '[]' ELSE (SELECT coalesce(jsonb_agg(jsonb_build_array(w.subject,
        (SELECT count(*) FROM run_slots r WHERE r.subject = w.subject AND r.state <> 'resting'))), '[]')
      FROM jsonb_to_recordset(batch->'slots') AS w(subject text)) END,
    'held', CASE WHEN fits THEN 0 ELSE (SELECT count(*) FROM run_slots WHERE state <> 'resting') END);
END $$`;
