/** 500 concurrent starts of 20 users who may start 100 trees in all, a day after a day; half the runs are never begun. */
import { expect } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { Charged, Ledger } from '../../src/ports/ledger.ts';
import type { Store } from '../../src/ports/store.ts';
import { DAY_MS, finish, someone, start } from './ledger-conformance.ts';

const USERS = 20;
const STARTS = 500;
const PLACES = 100;

export interface Race {
  /** One for each process. */
  readonly stores: readonly Store[];
  /** A ledger that gives each user 5 trees a day. */
  readonly open: (store: Store) => Promise<Ledger>;
  readonly clock: { ms: number };
  readonly rounds: number;
}

export async function raceRounds({ stores, open, clock, rounds }: Race): Promise<void> {
  const ledgers = await Promise.all(stores.map(open));
  const users: Charged[] = Array.from({ length: USERS }, () => someone());
  for (let round = 0; round < rounds; round++) {
    const results = await Promise.allSettled(
      Array.from({ length: STARTS }, (_, turn) => {
        const place = turn % stores.length;
        return start(stores[place] as Store, ledgers[place] as Ledger, users[turn % USERS] as Charged);
      }),
    );
    const granted = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(granted.length).toBe(PLACES);
    for (const result of results)
      if (result.status === 'rejected')
        expect(AppError.is(result.reason) && result.reason.code).toBe('quota_exceeded');
    await giveBackHalf(stores, granted);
    for (const user of users) {
      const { total_used: used } = await (ledgers[0] as Ledger).info(user);
      const [row] = (await (stores[0] as Store).uses.counts(day(clock), [user.subject])).filter(
        ({ meter }) => meter === 'task_trees',
      );
      expect(row?.used ?? 0).toBe(used);
    }
    const left = await Promise.all(users.map((user) => (ledgers[0] as Ledger).info(user)));
    expect(left.reduce((sum, { total_used: used }) => sum + used, 0)).toBe(PLACES / 2);
    clock.ms += DAY_MS;
  }
  for (const ledger of ledgers) ledger.close();
}

/** Every other run ends before a task began: its use is given back. */
async function giveBackHalf(
  stores: readonly Store[],
  granted: readonly { runId: string; taskId: string }[],
): Promise<void> {
  await Promise.all(
    granted.map((run, index) => {
      const store = stores[index % stores.length] as Store;
      if (index % 2 === 0) return finish(store, run);
      return store.runs.commit({ runId: run.runId, end: { status: 'cancelled', error: null } });
    }),
  );
}

function day(clock: { ms: number }): string {
  return new Date(clock.ms).toISOString().slice(0, 10);
}
