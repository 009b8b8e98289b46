/** Brings a database to the newest schema with Kysely's migrator (its adapter takes the lock). */
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { initialMigration } from './migrations/0001-initial.ts';

/** Append-only: the name is the version. Throws what the failing migration threw. */
export async function migrate(database: Kysely<unknown>, kind: 'duckdb' | 'postgres'): Promise<void> {
  const migrations = { '0001-initial': initialMigration(kind === 'postgres') };
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
