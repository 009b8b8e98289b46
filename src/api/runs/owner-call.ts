/** A call in the name of a task's owner, for what runs without a request of theirs: schedules and signed triggers. */
import type { TaskRecord } from '../../core/task.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Charged } from '../../ports/ledger.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { Call } from '../method.ts';

export interface OwnerCall {
  readonly call: Call;
  /** Who pays: as the task's schedule was set up, else the owner on the free plan. */
  readonly charged: Charged;
}

export function ownerCall(
  deps: ApiDeps,
  streams: StreamHub,
  task: TaskRecord,
  about: { readonly requestId: string; readonly source: string; readonly idempotencyKey: string | null },
): OwnerCall {
  const userId = task.user_id ?? '';
  const charged: Charged = {
    userId,
    subject: task.charged_to?.subject ?? `user:${userId}`,
    // There is no address: each owner counts as one.
    ipHash: task.charged_to?.ip_hash ?? `owner:${userId}`,
    plan: task.charged_to?.plan ?? 'free',
  };
  const identity: Identity = {
    userId,
    roles: ['user'],
    isAdmin: false,
    source: about.source,
    credential: 'none',
    plan: charged.plan,
    fingerprint: '',
    ipHash: charged.ipHash,
    isGuest: false,
  };
  const never = new AbortController().signal;
  return {
    charged,
    call: {
      deps,
      streams,
      identity,
      requestId: about.requestId,
      idempotencyKey: about.idempotencyKey,
      ifMatch: null,
      lastEventId: null,
      llmKeyHeader: null,
      startedAt: deps.clock.now(),
      isBatch: false,
      isNotification: false,
      hangUp: () => never,
    },
  };
}
