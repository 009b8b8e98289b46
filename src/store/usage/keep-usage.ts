/** What happens to usage rows beside their use: restored at the start, purged when their time is over. */
import type { UsageStore } from '../../ports/usage-store.ts';
import type { Database } from '../session.ts';
import type { StoreLogger } from '../store-logger.ts';
import { rebuildUsage } from './rebuild-usage.ts';

const DAY_MS = 86_400_000;

/** Removes what is older than so many days; 0 keeps everything. */
export async function purgeUsage(usage: UsageStore, retentionDays = 0): Promise<void> {
  if (retentionDays > 0) await usage.purge(Date.now() - retentionDays * DAY_MS);
}

/** Adds what a crash took. A failure is told and does not stop the start: runs come first. */
export async function restoreUsage(database: Database, logger: StoreLogger): Promise<void> {
  try {
    const rows = await rebuildUsage(database, Date.now());
    if (rows > 0) logger.info({ rows }, 'usage rows that a crash had taken are back');
  } catch (error) {
    logger.warn({ err: error }, 'usage rows could not be compared with the runs');
  }
}
