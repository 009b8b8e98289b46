/** Which of the two groups a user is in: the same one for all time, on every machine. */
import { hash } from 'node:crypto';
import type { AbGroup } from '../core/experiments/policy.ts';

/** By the last bit of the SHA-256 of the id. */
export function assignGroup(userId: string): AbGroup {
  const digest = hash('sha256', userId, 'hex');
  return Number.parseInt(digest.at(-1) as string, 16) % 2 === 0 ? 'A' : 'B';
}
