/** Brings a database to the newest schema with Kysely's migrator (its adapter takes the lock). */
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { AppError } from '../core/errors.ts';
import { initialMigration } from './migrations/0001-initial.ts';
import { usersMigration } from './migrations/0002-users.ts';
import { quotaMigration } from './migrations/0003-quota.ts';
import { demoTasksMigration } from './migrations/0004-demo-tasks.ts';
import { usageMigration } from './migrations/0005-usage.ts';
import { secretsMigration } from './migrations/0006-secrets.ts';
import { stepsMigration } from './migrations/0007-task-steps.ts';
import { experimentsMigration } from './migrations/0008-experiments.ts';
import { personasMigration } from './migrations/0009-personas.ts';
import { studiesMigration } from './migrations/0010-studies.ts';
import { conversationsMigration } from './migrations/0011-conversations.ts';

/** Append-only: the name is the version. Throws what the failing migration threw. */
export async function migrate(database: Kysely<unknown>, kind: 'duckdb' | 'postgres'): Promise<void> {
  const hasIndexes = kind === 'postgres';
  const migrations = {
    '0001-initial': initialMigration(hasIndexes),
    '0002-users': usersMigration(hasIndexes),
    '0003-quota': quotaMigration(hasIndexes),
    '0004-demo-tasks': demoTasksMigration(),
    '0005-usage': usageMigration(hasIndexes),
    '0006-secrets': secretsMigration(hasIndexes),
    '0007-task-steps': stepsMigration(hasIndexes),
    '0008-experiments': experimentsMigration(hasIndexes),
    '0009-personas': personasMigration(hasIndexes),
    '0010-studies': studiesMigration(hasIndexes),
    '0011-conversations': conversationsMigration(hasIndexes),
  };
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw otherVersion(error) ?? error;
}

/** The migrator calls a list of migrations that is not ours corrupted; the data are not. */
function otherVersion(error: unknown): AppError | null {
  const found = error instanceof Error ? /^corrupted migrations: (.*)/s.exec(error.message) : null;
  if (found === null) return null;
  const text = `The database was last used by another version of Taskgrove (${found[1]}). Start that version or a newer one, or use another database`;
  return new AppError('unavailable', text, { retryable: false, cause: error });
}
