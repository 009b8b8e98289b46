/** Removes idempotency records that have had their day: at the start and every hour, beside the requests. */
import { purgeIdempotency } from './run-storage.ts';
import type { Database } from './session.ts';
import type { StoreLogger } from './store-logger.ts';

const EVERY_MS = 60 * 60_000;

/** Purges once before it resolves, so that a broken database is noticed. Returns what ends the repeating. */
export async function keepPurging(
  database: Database,
  logger: StoreLogger,
  everyMs = EVERY_MS,
): Promise<() => Promise<void>> {
  await purgeIdempotency(database);
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = purgeIdempotency(database).catch((error: unknown) =>
      logger.warn({ err: error }, 'old idempotency records could not be removed; it is tried again'),
    );
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
