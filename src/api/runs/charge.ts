/** Asks the ledger for a tree or a generation before it starts, and keeps the books whatever becomes of it. */
import { AppError } from '../../core/errors.ts';
import type { Meter } from '../../core/quota/meters.ts';
import type { QuotaInfo } from '../../core/quota/quota-info.ts';
import type { Charged, Reservation } from '../../ports/ledger.ts';
import type { Call } from '../method.ts';
import { chargedOf } from './charged-of.ts';

/** For a run. Throws what the ledger refuses with. */
export function reserveTree(
  call: Call,
  tree: { readonly runId: string; readonly isLlm: boolean; readonly charged: Charged },
): Promise<Reservation> {
  return call.deps.ledger.reserve({
    key: tree.runId,
    charged: tree.charged,
    meters: metersOf(tree.isLlm),
    takesSlot: true,
  });
}

/** For a generation: counted like a tree that asks a model, but nothing runs. */
export function reserveGeneration(
  call: Call,
  key: string,
  isLlm: boolean,
  charged: Charged,
): Promise<Reservation> {
  return call.deps.ledger.reserve({
    key,
    charged,
    meters: metersOf(isLlm),
    takesSlot: false,
  });
}

function metersOf(isLlm: boolean): Meter[] {
  return isLlm ? ['ip_trees', 'task_trees', 'llm_task_trees'] : ['ip_trees', 'task_trees'];
}

/** A failure to take it back is not the caller's: what is left is reclaimed within a minute. */
export async function release(call: Call, reservation: Reservation): Promise<void> {
  try {
    await call.deps.ledger.release(reservation);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    call.deps.logger.warn(
      { request_id: call.requestId, err: error },
      'a reservation could not be taken back; it is reclaimed later',
    );
  }
}

export function quotaInfoOf(call: Call): Promise<QuotaInfo> {
  return call.deps.ledger.info(chargedOf(call.identity));
}
