/** A short-lived connection that proves the other side is Temporal: a TCP port alone proves nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const ATTEMPT_MS = 2_000;
const PAUSE_MS = 50;

/**
 * Connects once a Temporal server answers at `address`; null when none did within `withinMs` or `isHopeless` says
 * that waiting is of no use. The caller closes the connection.
 */
export async function connectWithin(
  address: string,
  withinMs: number,
  isHopeless: () => boolean = () => false,
): Promise<Connection | null> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      // Asks for the server's version first; a stranger on the port cannot answer that.
      return await Connection.connect({ address, connectTimeout: ATTEMPT_MS });
    } catch {
      // Whatever the reason, the answer is the same: not (yet) a Temporal server.
      if (isHopeless() || Date.now() + PAUSE_MS > until) return null;
      await delay(PAUSE_MS);
    }
  }
}
