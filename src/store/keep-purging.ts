/** Removes what has had its time (idempotency records, and what the caller adds): at the start and every hour. */
import { purgeIdempotency } from './run-storage.ts';
import type { Database } from './session.ts';
import type { StoreLogger } from './store-logger.ts';

const EVERY_MS = 60 * 60_000;

/** Purges once before it resolves, so that a broken database is noticed. Returns what ends the repeating. */
export async function keepPurging(
  database: Database,
  logger: StoreLogger,
  everyMs = EVERY_MS,
  purgeMore: () => Promise<void> = async () => undefined,
): Promise<() => Promise<void>> {
  const purge = async () => {
    await purgeIdempotency(database);
    await purgeMore();
  };
  await purge();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = purge().catch((error: unknown) =>
      logger.warn({ err: error }, 'old records could not be removed; it is tried again'),
    );
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
