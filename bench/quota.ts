/** What counting costs: runs with quotas on against off, and checks alone, in memory and in PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidV7 } from '../src/core/ids.ts';
import type { QuotaLimits } from '../src/core/quota/meters.ts';
import { createLedger } from '../src/ledger/create-ledger.ts';
import type { Ledger } from '../src/ports/ledger.ts';
import type { Store } from '../src/ports/store.ts';
import { openStore } from '../src/store/open-store.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { compare, type Ratio, round } from './measure.ts';
import { type ProductSide, startProductSide } from './product-side.ts';

const MANY = 1_000_000_000;
const USERS = 1_000;
const LIMITS: QuotaLimits = {
  isEnabled: true,
  dailyPerUser: MANY,
  dailyLlmPerUser: MANY,
  dailyPerUserPremium: MANY,
  dailyPerIp: MANY,
  concurrent: MANY,
  concurrentPerUser: MANY,
};
/** The limits so high that they count everything and refuse nothing. */
const COUNTING = {
  RATE_LIMIT_ENABLED: 'true',
  RATE_LIMIT_DAILY_PER_USER: String(MANY),
  RATE_LIMIT_DAILY_PER_IP: String(MANY),
  MAX_CONCURRENT_TASK_TREES: String(MANY),
  MAX_CONCURRENT_TASK_TREES_PER_USER: String(MANY),
};

export interface Checks {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One-task runs of a server that counts ÷ those of one that does not. */
export async function quotasOnOff(
  off: ProductSide,
  env: Record<string, string>,
  load: { concurrency: number; rounds: number; ms: number },
): Promise<Ratio> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-bench-quota-'));
  const on = await startProductSide(dataDir, { ...env, TEMPORAL_NAMESPACE: 'bench-quota', ...COUNTING });
  try {
    return await compare(
      () => on.oneTask(),
      () => off.oneTask(),
      load,
    );
  } finally {
    await on.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Checks of trees against a user's, an address's and everybody's limit, one after the other. */
export async function embeddedChecks(ms: number): Promise<Checks> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-bench-ledger-'));
  const store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  try {
    return await checks(store, { concurrency: 1, ms, takesSlot: true });
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The same in PostgreSQL, 64 at once, each with its rows. Without fsync, as the tests' server runs. */
export async function sharedChecks(ms: number): Promise<Checks> {
  const postgres = await startPostgres();
  const store = await openStore({ databaseUrl: postgres.url, dataDir: '', logger: silent });
  try {
    return await checks(store, { concurrency: 64, ms, takesSlot: false });
  } finally {
    await store.close();
    await postgres.stop();
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function checks(
  store: Store,
  options: { concurrency: number; ms: number; takesSlot: boolean },
): Promise<Checks> {
  const ledger = await createLedger({ store, limits: LIMITS, now: Date.now, logger: silent });
  let turn = 0;
  const check = () => reserve(ledger, turn++ % USERS, options.takesSlot);
  await round(check, options.concurrency, options.ms / 4);
  const { perSecond, p50Ms, p99Ms } = await round(check, options.concurrency, options.ms);
  ledger.close();
  return { perSecond, p50Ms, p99Ms };
}

function reserve(ledger: Ledger, user: number, takesSlot: boolean): Promise<unknown> {
  const userId = `user-${user}`;
  const charged = {
    userId,
    subject: `user:${userId}`,
    ipHash: `address-${user % 100}`,
    plan: 'free',
  } as const;
  return ledger.reserve({ key: uuidV7(), charged, meters: ['ip_trees', 'task_trees'], takesSlot });
}
