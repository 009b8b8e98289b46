/** Puts the PostgreSQL store together: pool, shared verbs and the event relay. */
import { Kysely, PostgresDialect } from 'kysely';
import type { TaskRecord } from '../../core/task.ts';
import { isoMicros } from '../../core/time.ts';
import type { AcceptResult, Store, TaskStore } from '../../ports/store.ts';
import { acceptRuns } from '../accept-runs.ts';
import { type CommitResult, commitRuns } from '../commit-runs.ts';
import { createConversationSignals } from '../conversations/conversation-signals.ts';
import { createConversationStorage } from '../conversations/create-conversation-storage.ts';
import type { Effects } from '../effects.ts';
import { EventBus } from '../event-bus.ts';
import { createExperimentStorage } from '../experiment-storage.ts';
import { keepPurging } from '../keep-purging.ts';
import { createKeyStorage } from '../key-storage.ts';
import { loadRunFacts } from '../load-run-facts.ts';
import { migrate } from '../migrate.ts';
import { createPersonaStorage } from '../persona-storage.ts';
import { renumberRun } from '../renumber-run.ts';
import { RUN_COLUMNS, rowToRun } from '../rows.ts';
import { RunEndings } from '../run-endings.ts';
import { createIdempotencyStorage, createRunReads, readEvents } from '../run-storage.ts';
import { createSecretStorage } from '../secret-storage.ts';
import { createStepReads } from '../step-storage.ts';
import type { StoreLogger } from '../store-logger.ts';
import { createStudyStorage } from '../study-storage.ts';
import { listIds, loadViews } from '../task-queries.ts';
import { createTaskStorage } from '../task-storage.ts';
import { purgeUsage, restoreUsage } from '../usage/keep-usage.ts';
import { createUsageStorage } from '../usage/usage-storage.ts';
import { pagesToParquet } from '../usage/write-parquet.ts';
import { createUseStorage } from '../use-storage.ts';
import { createUserStorage } from '../user-storage.ts';
import { EventRelay } from './event-relay.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { databaseError } from './postgres-errors.ts';
import { createSharedUses } from './shared-uses.ts';
import { unlessCommitted } from './unless-committed.ts';

/** Throws `unavailable` when the server does not answer or refuses the login. */
export async function openPostgres(options: {
  databaseUrl: string;
  logger: StoreLogger;
  purgeEveryMs?: number;
  usageRetentionDays?: number;
}): Promise<Store> {
  const { databaseUrl, logger } = options;
  const database = new PostgresDatabase(databaseUrl, (error) =>
    logger.warn({ err: error }, 'database connection lost'),
  );
  const bus = new EventBus((error) => logger.error({ err: error }, 'a listener to run events failed'));
  const read = readEvents(database);
  const relay = new EventRelay({ url: databaseUrl, database, bus, logger, read });
  const usage = createUsageStorage({
    write: (work) => database.writeIdempotent(work),
    report: (work) => database.read(work),
    logger,
    writeParquet: (_filter, pages, path) => pagesToParquet(pages, path),
  });
  const secrets = createSecretStorage(database);
  const experiments = createExperimentStorage({
    read: (work) => database.read(work),
    write: (work) => database.writeIdempotent(work),
  });
  let stopPurging: () => Promise<void> = async () => undefined;
  try {
    // Kysely's adapter takes an advisory lock, so that processes that start at once migrate one after the other.
    await migrate(new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) }), 'postgres');
    stopPurging = await keepPurging(database, logger, options.purgeEveryMs, async () => {
      await purgeUsage(usage, options.usageRetentionDays);
      await secrets.purge(isoMicros(Date.now()));
      await experiments.purge(Date.now());
    });
    await restoreUsage(database, logger);
    await relay.start();
  } catch (error) {
    await stopPurging();
    await relay.close();
    await database.pool.end();
    throw databaseError(error);
  }
  const endings = new RunEndings();
  const effects = createEffects(relay, {
    runEnded: (runId, refunded) => endings.tell(runId, refunded),
    used: (rows) => usage.add(rows),
  });
  const tasks = createTaskStorage(database, effects);
  const reads = { ...createRunReads(database), ...createStepReads(database) };
  return {
    kind: 'postgres',
    tasks: {
      ...tasks,
      create: (records, idempotency) =>
        unlessCommitted(
          () => tasks.create(records, idempotency),
          async () => ((await areStored(tasks, records)) ? { value: undefined } : null),
        ),
    },
    runs: {
      ...reads,
      accept: (input) =>
        unlessCommitted(
          async () =>
            (await database.write((session) => acceptRuns(session, effects, [input])))[0] as AcceptResult,
          async () => {
            const run = await reads.get(input.runId);
            if (run === null) return null;
            effects.eventsStored(
              input.events.map((it, index) => ({ ...it, runId: run.run_id, seq: index + 1 })),
            );
            return { value: { status: 'accepted', run } };
          },
        ),
      commit: async (commit) =>
        (
          await database.writeIdempotent((session) => commitRuns(session, effects, [commit]))
        )[0] as CommitResult,
      renumber: (runId, from, to) =>
        database.writeIdempotent((session) => renumberRun(session, effects, { runId, from, to })),
    },
    events: {
      read,
      subscribe: (listener) => bus.subscribe(listener),
      publish: (event) => relay.publish(event),
    },
    idempotency: createIdempotencyStorage(database),
    users: createUserStorage(database),
    keys: createKeyStorage(database),
    secrets,
    experiments,
    personas: createPersonaStorage(database),
    studies: createStudyStorage(database),
    uses: createUseStorage(database, endings, createSharedUses(database)),
    usage,
    conversations: createConversationStorage(
      database,
      createConversationSignals(
        (listener) => bus.subscribe(listener),
        (event) => relay.publish(event),
      ),
    ),
    ping: async () => {
      await database.read((session) => session.query('SELECT 1 AS one'));
    },
    close: async () => {
      await stopPurging();
      await usage.close();
      await experiments.drained();
      await relay.close();
      await database.pool.end();
    },
  };
}

/** Ids are unique and times are exact: what has both is what we have written. */
async function areStored(tasks: TaskStore, records: readonly TaskRecord[]): Promise<boolean> {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return true;
  const stored = await tasks.getMany([...new Set([first.id, last.id])]);
  const createdAt = new Map(records.map((task) => [task.id, task.created_at]));
  return stored.length > 0 && stored.every((task) => task.created_at === createdAt.get(task.id));
}

const nothing = () => undefined;

function createEffects(relay: EventRelay, told: Pick<Effects, 'runEnded' | 'used'>): Effects {
  return {
    tasksCreated: nothing,
    tasksChanged: nothing,
    tasksDeleted: nothing,
    runAccepted: nothing,
    runCommitted: nothing,
    ...told,
    runsDeleted: nothing,
    eventsStored: (events) => relay.stored(events),
    facts: (session, wanted) => loadRunFacts(session, [...wanted.keys()]),
    listIds,
    views: (session, ids) => loadViews(session, ids, true),
    activeRuns: async (session, roots) => {
      const rows = await session.query(
        `SELECT ${RUN_COLUMNS} FROM runs
         WHERE completed_at IS NULL AND root_task_id IN (SELECT unnest($1::text[]))`,
        [roots],
      );
      return new Map(rows.map(rowToRun).map((run) => [run.root_task_id, run]));
    },
  };
}
