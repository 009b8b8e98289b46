/** Where an agent wants to be told how its task goes on. Sealed in the store: token and credentials are secrets. */
import { z } from 'zod';
import { DIALECTS } from './dialect.ts';

export const pushConfigSchema = z.object({
  id: z.string().min(1).max(100),
  url: z.string().min(1).max(2048),
  /** Sent back as `X-A2A-Notification-Token`. */
  token: z.string().max(8192).nullable(),
  /** Sent as `Authorization: <scheme> <credentials>`. */
  authentication: z.object({ scheme: z.string().max(100), credentials: z.string().max(8192) }).nullable(),
  /** Which form the notifications have. */
  dialect: z.enum(DIALECTS),
});
export type PushConfig = z.infer<typeof pushConfigSchema>;

/** Owner of a run's configurations among the sealed values; what they are sealed for as well. */
export function pushOwner(runId: string): string {
  return `push:${runId}`;
}
