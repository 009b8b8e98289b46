/** The ledger with its settings, and the rounds that take back what killed processes left and drop old rows. */
import type { Config } from '../config.ts';
import { utcDay } from '../core/quota/quota-day.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';

const RECLAIM_EVERY_MS = 15_000;
const PURGE_EVERY_MS = 60 * 60_000;
/** Rows of older days answer nothing; runs that have waited longer are known by their slots. */
const KEPT_DAYS = 62;
const DAY_MS = 86_400_000;

export interface StartedLedger {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

export async function startLedger(parts: {
  readonly config: Config;
  readonly store: Store;
  readonly logger: Logger;
  /** This start has an operator key: the caller's own machine. */
  readonly hasOperatorKey: boolean;
}): Promise<StartedLedger> {
  const { config, store, logger, hasOperatorKey } = parts;
  const ledger = await createLedger({
    store,
    logger,
    now: Date.now,
    limits: {
      isEnabled: config.rateLimitEnabled,
      dailyPerUser: config.dailyPerUser,
      dailyLlmPerUser: config.dailyLlmPerUser,
      dailyPerUserPremium: config.dailyPerUserPremium,
      dailyPerIp: config.dailyPerIp,
      concurrent: config.concurrentTrees,
      concurrentPerUser: config.concurrentTreesPerUser,
    },
    operatorHint: hasOperatorKey ? 'send the operator key of ~/.config/taskgrove as X-API-Key' : null,
  });
  const stops = [
    repeat(RECLAIM_EVERY_MS, () => reclaim(ledger, logger)),
    repeat(PURGE_EVERY_MS, () => purge(store, logger)),
  ];
  return {
    ledger,
    close: async () => {
      for (const stop of stops) await stop();
      ledger.close();
    },
  };
}

async function reclaim(ledger: Ledger, logger: Logger): Promise<void> {
  try {
    const taken = await ledger.reclaim();
    if (taken > 0) logger.info({ taken }, 'Reservations and places that nobody will use were taken back');
  } catch (error) {
    logger.warn({ err: error }, 'Reservations could not be taken back; it is tried again');
  }
}

async function purge(store: Store, logger: Logger): Promise<void> {
  try {
    await store.uses.purge(utcDay(Date.now() - KEPT_DAYS * DAY_MS));
  } catch (error) {
    logger.warn({ err: error }, 'Old uses could not be removed; it is tried again');
  }
}

/** Now and again and again. What it gives stops that, and waits for a round that is under way. */
function repeat(everyMs: number, round: () => Promise<void>): () => Promise<void> {
  let running = round();
  const timer = setInterval(() => {
    running = running.then(round);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
