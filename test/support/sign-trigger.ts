/** Signs triggers as senders do: HMAC by hand, Standard Webhooks by the library of those who made it. */
import { createHmac, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const seconds = (at: number) => Math.floor(at / 1_000);

/** The headers of our own scheme. */
export function hmacHeaders(secret: string, body: string, at = Date.now()): Record<string, string> {
  const timestamp = String(seconds(at));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature };
}

export function standardHeaders(
  secret: string,
  body: string,
  { id = `msg_${randomUUID()}`, at = Date.now() } = {},
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds(at)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(seconds(at) * 1_000), body),
  };
}
