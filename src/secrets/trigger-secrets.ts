/**
 * Secrets under which others sign what triggers a task: one of the server's operator for all tasks, and one a task may
 * have of its own. Kept sealed; a task made anew under an old id does not inherit them.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { isoMicros } from '../core/time.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { SecretRow, SecretStore } from '../ports/secret-store.ts';
import type { TriggeredTask, TriggerSecrets } from '../ports/trigger-secrets.ts';
import { isSigned, requireFresh } from './check-signature.ts';

const SECRET_BYTES = 32;
const CURRENT = 'current';
const PREVIOUS = 'previous';

export function createTriggerSecrets(options: {
  readonly secrets: SecretStore;
  readonly sealer: Sealer;
  /** WEBHOOK_SECRET; null = there is none. */
  readonly shared: string | null;
  readonly now: () => number;
}): TriggerSecrets {
  const { secrets, sealer, shared, now } = options;

  const isValid = (row: SecretRow) => row.expiresAt === null || row.expiresAt > isoMicros(now());
  const ownOf = async (task: TriggeredTask) => {
    const owner = ownerOf(task);
    return (await secrets.list(owner)).filter(isValid).map((row) => sealer.open(row.sealed, owner));
  };

  return {
    async issue(task, keepPreviousMs) {
      const owner = ownerOf(task);
      const before = (await secrets.list(owner)).find(({ name }) => name === CURRENT);
      if (before !== undefined && keepPreviousMs > 0)
        await secrets.put({ ...before, name: PREVIOUS, expiresAt: isoMicros(now() + keepPreviousMs) });
      else await secrets.delete(owner, PREVIOUS);
      const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
      await secrets.put({ owner, name: CURRENT, sealed: sealer.seal(secret, owner), expiresAt: null });
      return secret;
    },
    revoke: async (task) => (await secrets.delete(ownerOf(task))) > 0,
    async verify(signature, body, task) {
      requireFresh(signature, now());
      const own = task === null ? [] : await ownOf(task);
      if (isSigned(signature, body, { shared, own })) return;
      throw new AppError(
        'unauthorized',
        `${signature.fields.signature} does not match: wrong secret, or not the bytes that were sent`,
      );
    },
  };
}

function ownerOf({ id, user_id: userId, created_at: createdAt }: TriggeredTask): string {
  return `trigger:${JSON.stringify([userId, id, createdAt])}`;
}
