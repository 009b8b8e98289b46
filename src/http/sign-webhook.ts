/** Signs outgoing webhooks (Standard Webhooks): id, time and body under the receiver's secret. */
import { Webhook } from 'standardwebhooks';

export interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
  /** base64, also with `whsec_` in front, as the receiver has it. */
  readonly secret: string;
}

export function signWebhook(message: SignedMessage): Record<string, string> {
  const signature = new Webhook(message.secret).sign(
    message.id,
    new Date(message.timestampSeconds * 1_000),
    message.body,
  );
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': signature,
  };
}
