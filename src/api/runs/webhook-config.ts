/** `webhook_config` of an execute: checked when it is registered; its headers are secret and never answered or logged. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ApiDeps } from '../api-deps.ts';

export const webhookConfigSchema = z.looseObject({
  url: z.string().max(2048).nullish(),
  headers: z.record(z.string(), z.string().max(8192)).nullish().describe('Secret: never shown again'),
  method: z.string().max(10).nullish().describe('POST (default) or PUT'),
  timeout: z.number().positive().max(300).nullish().describe('Seconds for one try; default 30'),
  max_retries: z.number().int().min(0).max(20).nullish().describe('Default 3'),
});
type GivenWebhook = z.infer<typeof webhookConfigSchema>;

/** A checked configuration; `headers` are still plain and must not leave this process. */
export interface Webhook {
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly max_retries: number;
}

/** null for none: `{}` asks for nothing. Throws `invalid_params` and `blocked_address`. */
export async function readWebhook(
  given: GivenWebhook | null | undefined,
  deps: ApiDeps,
): Promise<Webhook | null> {
  if (given === null || given === undefined || Object.keys(given).length === 0) return null;
  if (typeof given.url !== 'string' || given.url === '')
    throw new AppError('invalid_params', 'webhook_config.url is required');
  if (!/^https?:\/\//i.test(given.url) || !URL.canParse(given.url))
    throw new AppError('invalid_params', 'webhook_config.url must be an http or https address');
  const method = (given.method ?? 'POST').toUpperCase();
  if (method !== 'POST' && method !== 'PUT')
    throw new AppError('invalid_params', 'webhook_config.method must be POST or PUT');
  await deps.httpGuard(given.url);
  return {
    url: given.url,
    method,
    headers: { ...given.headers },
    timeout: given.timeout ?? 30,
    max_retries: given.max_retries ?? 3,
  };
}

/** What the run keeps of it: the headers sealed for its owner, who alone can have them opened again. */
export function sealedWebhook(webhook: Webhook, ownerId: string, deps: ApiDeps): JsonObject {
  const { headers, ...open } = webhook;
  if (Object.keys(headers).length === 0) return open;
  if (deps.sealer === undefined)
    throw new AppError('unavailable', 'webhook_config.headers need TASKGROVE_SECRET on this server');
  return { ...open, headers: deps.sealer.seal(JSON.stringify(headers), `webhook:${ownerId}`) };
}
