/** What the ledger must do, whatever counts below it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/core/ids.ts';
import type { Meter, QuotaLimits, QuotaPlan } from '../../src/core/quota/meters.ts';
import { isoMicros } from '../../src/core/time.ts';
import { createLedger } from '../../src/ledger/create-ledger.ts';
import type { Charged, Ledger, Reservation } from '../../src/ports/ledger.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccept, sampleOutcome, sampleTask } from '../store/sample-tasks.ts';

export const NOON = Date.UTC(2026, 10, 21, 12);
export const DAY_MS = 86_400_000;

export const LIMITS: QuotaLimits = {
  isEnabled: true,
  dailyPerUser: 3,
  dailyLlmPerUser: 1,
  dailyPerUserPremium: 5,
  dailyPerIp: 1_000,
  concurrent: 1_000,
  concurrentPerUser: 1_000,
};

const silent = { warn: () => undefined };
const TREE: readonly Meter[] = ['ip_trees', 'task_trees'];
const LLM_TREE: readonly Meter[] = [...TREE, 'llm_task_trees'];
let serial = 0;

export function someone(plan: QuotaPlan = 'free', ipHash = 'ip'): Charged {
  const userId = `user-${process.pid}-${serial++}`;
  return { userId, subject: `user:${userId}`, ipHash: `${ipHash}-${userId}`, plan };
}

export function openLedger(
  store: Store,
  options: { limits?: Partial<QuotaLimits>; clock?: { ms: number } } = {},
): Promise<Ledger> {
  const clock = options.clock ?? { ms: NOON };
  const limits = { ...LIMITS, ...options.limits };
  return createLedger({ store, limits, now: () => clock.ms, logger: silent });
}

export function reserve(ledger: Ledger, charged: Charged, meters = TREE): Promise<Reservation> {
  return ledger.reserve({ key: uuidV7(), charged, meters, takesSlot: true });
}

/** Stores the run as the API does. Returns its id. */
export async function start(
  store: Store,
  ledger: Ledger,
  charged: Charged,
  meters = TREE,
): Promise<{ runId: string; taskId: string; reservation: Reservation }> {
  const reservation = await reserve(ledger, charged, meters);
  const task = sampleTask(`task-${reservation.key}`);
  const { uses, slot } = reservation;
  const input = sampleAccept([task], { newTasks: [task], runId: reservation.key, uses });
  await store.runs.accept(slot === null ? input : { ...input, slot });
  await ledger.settle(reservation, true);
  return { runId: reservation.key, taskId: task.id, reservation };
}

export async function finish(store: Store, run: { runId: string; taskId: string }): Promise<void> {
  const started = { type: 'task-started', taskId: run.taskId, at: isoMicros(NOON), data: {} } as const;
  await store.runs.commit({
    runId: run.runId,
    outcomes: [sampleOutcome(run.taskId)],
    events: [started],
    end: { status: 'completed', error: null },
  });
}

const cancel = (store: Store, runId: string) =>
  store.runs.commit({ runId, end: { status: 'cancelled', error: 'Cancelled' } });

/** `open` gives a store over an empty database. */
export function ledgerConformance(name: string, open: () => Promise<Store>): void {
  describe(`${name}: ledger conformance`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test('counts to the limit and says what is left, why not, and until when', async () => {
      const ledger = await openLedger(store);
      const user = someone();
      for (const used of [1, 2, 3]) {
        const { reservation } = await start(store, ledger, user);
        expect(reservation.info).toEqual({
          total_used: used,
          total_limit: 3,
          llm_used: 0,
          llm_limit: 1,
          reset_time: '2026-11-22T00:00:00+00:00',
        });
      }
      await expect(reserve(ledger, user)).rejects.toMatchObject({
        code: 'quota_exceeded',
        retryAfterSeconds: 12 * 3_600,
        rateLimit: { limit: 3, remaining: 0, resetSeconds: 12 * 3_600 },
        details: {
          reason: 'total_quota_exceeded',
          total_used: 3,
          total_limit: 3,
          reset_time: '2026-11-22T00:00:00+00:00',
        },
      });
      expect(await ledger.status(user)).toEqual({
        rate_limiting_enabled: true,
        total_used: 3,
        total_limit: 3,
        total_remaining: 0,
        total_quota_exceeded: true,
        llm_used: 0,
        llm_limit: 1,
        llm_remaining: 1,
        llm_quota_exceeded: false,
        is_premium: false,
        reset_time: '2026-11-22T00:00:00+00:00',
      });
      ledger.close();
    });

    test('over the model part the tree runs all the same, and only the total counts', async () => {
      const ledger = await openLedger(store);
      const user = someone();
      const first = await start(store, ledger, user, LLM_TREE);
      const second = await start(store, ledger, user, LLM_TREE);
      expect(first.reservation.isLlmExceeded).toBe(false);
      expect(second.reservation.isLlmExceeded).toBe(true);
      expect(second.reservation.info).toMatchObject({ total_used: 2, llm_used: 1, llm_limit: 1 });
      const premium = someone('premium');
      for (let turn = 0; turn < 5; turn++)
        expect((await start(store, ledger, premium, LLM_TREE)).reservation.isLlmExceeded).toBe(false);
      await expect(reserve(ledger, premium)).rejects.toMatchObject({ code: 'quota_exceeded' });
      ledger.close();
    });

    test('zero refuses everything; the operator and a ledger that is off refuse nothing', async () => {
      const closed = await openLedger(store, { limits: { dailyPerUser: 0 } });
      await expect(reserve(closed, someone())).rejects.toMatchObject({
        details: { total_used: 0, total_limit: 0 },
      });
      expect((await reserve(closed, someone('internal'))).info.total_limit).toBeNull();
      const off = await openLedger(store, { limits: { isEnabled: false, dailyPerUser: 0 } });
      expect((await start(store, off, someone())).reservation.uses).toEqual([]);
      closed.close();
      off.close();
    });

    test('an address has a limit of its own', async () => {
      const ledger = await openLedger(store, { limits: { dailyPerIp: 2 } });
      const ipHash = `shared-${uuidV7()}`;
      for (let turn = 0; turn < 2; turn++) await start(store, ledger, { ...someone(), ipHash });
      await expect(reserve(ledger, { ...someone(), ipHash })).rejects.toMatchObject({
        code: 'rate_limited',
        details: { reason: 'ip_limit_exceeded', user_count: 0, user_limit: 3, ip_count: 2, ip_limit: 2 },
      });
      ledger.close();
    });

    test('places are freed by the end of a run, in every state', async () => {
      const ledger = await openLedger(store, { limits: { concurrentPerUser: 1, dailyPerUser: 100 } });
      const user = someone();
      for (const status of ['completed', 'failed', 'cancelled'] as const) {
        const { runId } = await start(store, ledger, user);
        await expect(reserve(ledger, user)).rejects.toMatchObject({
          code: 'concurrency_exceeded',
          details: { reason: 'user_concurrency_limit_exceeded', current_concurrent: 1, max_concurrent: 1 },
        });
        await store.runs.commit({ runId, end: { status, error: null } });
      }
      const held = await reserve(ledger, user);
      await ledger.release(held);
      await ledger.release(await reserve(ledger, user));
      ledger.close();
    });

    test('a run that only waits gives its place back, and has it again on waking whatever the limit', async () => {
      const ledger = await openLedger(store, { limits: { concurrentPerUser: 1, dailyPerUser: 100 } });
      const user = someone();
      const at = isoMicros(NOON);
      const waiting = await start(store, ledger, user);
      const event = (type: 'task-started' | 'task-waiting' | 'task-completed', data = {}) =>
        ({ type, taskId: waiting.taskId, at, data }) as const;
      const { runId } = waiting;
      await store.runs.commit({ runId, events: [event('task-started')] });
      await expect(reserve(ledger, user)).rejects.toMatchObject({ code: 'concurrency_exceeded' });
      await store.runs.commit({ runId, events: [event('task-waiting', { kind: 'approval', until: null })] });
      const other = await expect
        .poll(() => start(store, ledger, user).catch(() => null))
        .not.toBeNull()
        .then(() => null);
      expect(other).toBeNull();
      await store.runs.commit({ runId, events: [event('task-completed')] });
      await expect
        .poll(async () => (await reserve(ledger, user).catch((error) => error.details))?.current_concurrent)
        .toBe(2);
      ledger.close();
    });

    test('refunds where no task began, to the day of the reservation, and nowhere else', async () => {
      const clock = { ms: NOON };
      const ledger = await openLedger(store, { clock });
      const user = someone();
      const unused = await start(store, ledger, user);
      const begun = await start(store, ledger, user);
      const today = { type: 'task-started', taskId: begun.taskId, at: isoMicros(NOON), data: {} } as const;
      await store.runs.commit({ runId: begun.runId, events: [today] });
      const late = await start(store, ledger, user);
      await cancel(store, unused.runId);
      await cancel(store, begun.runId);
      expect((await ledger.info(user)).total_used).toBe(2);
      await store.tasks.delete([unused.taskId, begun.taskId]);
      expect((await ledger.info(user)).total_used).toBe(2);
      clock.ms = NOON + DAY_MS;
      await start(store, ledger, user);
      await cancel(store, late.runId);
      expect((await ledger.info(user)).total_used).toBe(1);
      const counts = await store.uses.counts('2026-11-21', [user.subject]);
      expect(counts).toEqual([{ subject: user.subject, meter: 'task_trees', used: 1 }]);
      ledger.close();
    });

    test('midnight begins anew; a clock that is set back gives no second day, not even over a restart', async () => {
      const clock = { ms: NOON + 10 * DAY_MS };
      const ledger = await openLedger(store, { clock });
      const user = someone();
      for (let turn = 0; turn < 3; turn++) await finish(store, await start(store, ledger, user));
      await expect(reserve(ledger, user)).rejects.toMatchObject({ code: 'quota_exceeded' });
      clock.ms += DAY_MS;
      for (let turn = 0; turn < 3; turn++) await finish(store, await start(store, ledger, user));
      clock.ms -= DAY_MS;
      await expect(reserve(ledger, user)).rejects.toMatchObject({ code: 'quota_exceeded' });
      ledger.close();
      const again = await openLedger(store, { clock });
      await expect(reserve(again, user)).rejects.toMatchObject({
        code: 'quota_exceeded',
        details: { reset_time: '2026-12-03T00:00:00+00:00' },
      });
      again.close();
    });

    test('a limit of one user alone, until it is taken back', async () => {
      const ledger = await openLedger(store, { clock: { ms: NOON + 20 * DAY_MS } });
      const user = someone();
      const { userId } = user;
      const set = { userId, meter: 'task_trees', setBy: 'admin' } as const;
      await ledger.setOverride({ ...set, limit: 1 });
      await start(store, ledger, user);
      await expect(reserve(ledger, user)).rejects.toMatchObject({ details: { total_limit: 1 } });
      await ledger.setOverride({ ...set, limit: null });
      await start(store, ledger, user);
      expect((await ledger.info(user)).total_limit).toBe(3);
      ledger.close();
    });

    test('generations are counted before they begin, and give their model part back', async () => {
      const ledger = await openLedger(store, { clock: { ms: NOON + 21 * DAY_MS } });
      const user = someone();
      const request = { key: uuidV7(), charged: user, meters: LLM_TREE, takesSlot: false };
      const reservation = await ledger.reserve(request);
      await ledger.settle(reservation, false);
      expect(await ledger.info(user)).toMatchObject({ total_used: 1, llm_used: 1 });
      await ledger.refund(request.key, ['llm_task_trees']);
      await ledger.refund(request.key, ['llm_task_trees']);
      expect(await ledger.info(user)).toMatchObject({ total_used: 1, llm_used: 0 });
      ledger.close();
    });

    test('what was counted is known after a restart, and so are the places of runs that go on', async () => {
      const options = { limits: { concurrentPerUser: 2 }, clock: { ms: NOON + 22 * DAY_MS } };
      const ledger = await openLedger(store, options);
      const user = someone();
      await start(store, ledger, user);
      const second = await start(store, ledger, user);
      ledger.close();
      const again = await openLedger(store, options);
      await expect(reserve(again, user)).rejects.toMatchObject({ code: 'concurrency_exceeded' });
      await finish(store, second);
      await start(store, again, user);
      expect((await again.info(user)).total_used).toBe(3);
      again.close();
    });
  });
}
