/** Puts the DuckDB store together: file, write queue, memory, cache and bus. */
import { join } from 'node:path';
import type { TaskRecord } from '../../core/task.ts';
import { isoMicros } from '../../core/time.ts';
import type { Store } from '../../ports/store.ts';
import { createConversationSignals } from '../conversations/conversation-signals.ts';
import { createConversationStorage } from '../conversations/create-conversation-storage.ts';
import type { Effects } from '../effects.ts';
import { EventBus } from '../event-bus.ts';
import { createExperimentStorage } from '../experiment-storage.ts';
import { keepPurging } from '../keep-purging.ts';
import { createKeyStorage } from '../key-storage.ts';
import { createPersonaStorage } from '../persona-storage.ts';
import { renumberRun } from '../renumber-run.ts';
import { RunEndings } from '../run-endings.ts';
import { createIdempotencyStorage, createRunReads, readEvents } from '../run-storage.ts';
import { createSecretStorage } from '../secret-storage.ts';
import type { Database, Session } from '../session.ts';
import { createStepReads } from '../step-storage.ts';
import type { StoreLogger } from '../store-logger.ts';
import { createStudyStorage } from '../study-storage.ts';
import { listIds, loadTasks, newestPlaces } from '../task-queries.ts';
import { createTaskStorage } from '../task-storage.ts';
import { purgeUsage, restoreUsage } from '../usage/keep-usage.ts';
import { createUsageStorage } from '../usage/usage-storage.ts';
import { copyToParquet } from '../usage/write-parquet.ts';
import { createUseStorage } from '../use-storage.ts';
import { createUserStorage } from '../user-storage.ts';
import { ActiveRuns } from './active-runs.ts';
import { DuckdbDatabase } from './duckdb-database.ts';
import { startError } from './duckdb-errors.ts';
import { KEPT_PLACES, NewestTasks } from './newest-tasks.ts';
import { TaskCache } from './task-cache.ts';
import { WriteQueue } from './write-queue.ts';

export interface OpenDuckdbOptions {
  readonly dataDir: string;
  readonly logger: StoreLogger;
  /** Default 256. */
  readonly memoryLimitMb?: number;
  /** Default 1: a second thread makes small transactions dearer (7 instead of 4 ms CPU). */
  readonly threads?: number;
  /** How often what is old is removed. Default one hour. */
  readonly purgeEveryMs?: number;
  /** Default 0: for ever. */
  readonly usageRetentionDays?: number;
}

/** Throws `unavailable` when another process has the file, `store_corrupt` when it cannot be read. */
export async function openDuckdb(options: OpenDuckdbOptions): Promise<Store> {
  const path = join(options.dataDir, 'taskgrove.duckdb');
  const file = new DuckdbDatabase({
    path,
    memoryLimitMb: options.memoryLimitMb ?? 256,
    threads: options.threads ?? 1,
  });
  await file.open();
  const memory = new ActiveRuns();
  const cache = new TaskCache();
  const bus = new EventBus((error) =>
    options.logger.error({ err: error }, 'a listener to run events failed'),
  );
  const endings = new RunEndings();
  const effects = createEffects(memory, cache, new NewestTasks(), bus, {
    runEnded: (runId, refunded) => endings.tell(runId, refunded),
    used: (rows) => usage.add(rows),
  });
  const queue = new WriteQueue(file, effects);
  const database: Database = { read: (work) => file.read(work), write: (work) => queue.write(work) };
  const usage = createUsageStorage({
    write: (work) => queue.write(work),
    report: (work) => file.report(work),
    logger: options.logger,
    writeParquet: (filter, _pages, target) =>
      file.report((session) => copyToParquet(session, filter, target)),
  });
  const secrets = createSecretStorage(database);
  const experiments = createExperimentStorage(database);
  let stopPurging: () => Promise<void>;
  try {
    await file.read((session) => memory.restore(session));
    stopPurging = await keepPurging(database, options.logger, options.purgeEveryMs, async () => {
      await purgeUsage(usage, options.usageRetentionDays);
      await secrets.purge(isoMicros(Date.now()));
      await experiments.purge(Date.now());
    });
    await restoreUsage(database, options.logger);
  } catch (error) {
    file.close();
    throw startError(error, path);
  }
  const tasks = createTaskStorage(database, effects);
  return {
    kind: 'duckdb',
    tasks: {
      ...tasks,
      get: async (taskId) =>
        cache.get(taskId) ??
        (await cache.load([taskId], () => file.read((session) => loadTasks(session, [taskId])))).get(
          taskId,
        ) ??
        null,
    },
    runs: {
      ...createRunReads(database),
      ...createStepReads(database),
      accept: (input) => queue.accept(input),
      commit: (commit) => queue.commit(commit),
      renumber: (runId, from, to) =>
        queue.write((session) => renumberRun(session, effects, { runId, from, to })),
    },
    events: {
      read: readEvents(database),
      subscribe: (listener) => bus.subscribe(listener),
      publish: (event) => bus.deliver([event]),
    },
    idempotency: createIdempotencyStorage(database),
    users: createUserStorage(database),
    keys: createKeyStorage(database),
    secrets,
    experiments,
    personas: createPersonaStorage(database),
    studies: createStudyStorage(database),
    uses: createUseStorage(database, endings),
    usage,
    conversations: createConversationStorage(
      database,
      createConversationSignals(
        (listener) => bus.subscribe(listener),
        (event) => bus.deliver([event]),
      ),
    ),
    ping: async () => {
      await file.read((session) => session.query('SELECT 1 AS one'));
    },
    close: async () => {
      await stopPurging();
      await usage.close();
      await experiments.drained();
      await queue.drained();
      await file.drained();
      file.close();
    },
  };
}

function createEffects(
  memory: ActiveRuns,
  cache: TaskCache,
  newest: NewestTasks,
  bus: EventBus,
  told: Pick<Effects, 'runEnded' | 'used'>,
): Effects {
  return {
    tasksCreated: (tasks) => {
      cache.created(tasks);
      newest.created(tasks);
    },
    tasksDeleted: (tasks) => newest.deleted(tasks),
    tasksChanged: (ids) => cache.drop(ids),
    runAccepted: (run, taskIds, carried, lastSeq) => {
      memory.accepted(run, carried, lastSeq);
      cache.attached(run.run_id, taskIds);
      cache.outcomes(run.run_id, carried);
    },
    runCommitted: (run, outcomes, lastSeq) => {
      memory.committed(run, outcomes, lastSeq);
      cache.outcomes(run.run_id, outcomes);
    },
    ...told,
    runsDeleted: (runIds) => memory.deleted(runIds),
    eventsStored: (events) => bus.deliver(events),
    facts: (session, wanted) => memory.facts(session, [...wanted.keys()]),
    listIds: async (session, filter) =>
      (await newest.page(filter, (userId) => newestPlaces(session, userId, KEPT_PLACES + 1))) ??
      listIds(session, filter),
    views: (session, ids) => cachedViews(session, cache, ids),
    activeRuns: async (_session, roots) => memory.active(roots),
  };
}

/** Pages mostly show what just ran: only what the cache has lost is read, for a join of two wide tables is dear. */
async function cachedViews(
  session: Session,
  cache: TaskCache,
  ids: readonly string[],
): Promise<TaskRecord[]> {
  const cached = new Map(ids.map((id) => [id, cache.getShort(id)]));
  const missing = ids.filter((id) => cached.get(id) === undefined);
  const read = await cache.load(missing, () => loadTasks(session, missing, true));
  return ids.flatMap((id) => cached.get(id) ?? read.get(id) ?? []);
}
