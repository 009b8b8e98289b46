/** Whom the ledger counts a caller as. */
import type { Identity } from '../../ports/identity.ts';
import type { Charged } from '../../ports/ledger.ts';

/** Guests are counted by browser and address, so that a deleted cookie is no new day. */
export function chargedOf(identity: Identity): Charged {
  const { userId, isGuest, fingerprint, ipHash, plan } = identity;
  return { userId, subject: isGuest ? `guest:${fingerprint}` : `user:${plainText(userId)}`, ipHash, plan };
}

/** Ids come from tokens of others: what no database takes as text must not fail whoever is counted beside it. */
function plainText(id: string): string {
  return id.replaceAll('\0', '').toWellFormed();
}
