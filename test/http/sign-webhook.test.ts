import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { signWebhook } from '../../src/http/sign-webhook.ts';

test('a receiver with the same secret accepts the signature, another or a changed body is refused', () => {
  const secret = Buffer.alloc(32, 7).toString('base64');
  const body = JSON.stringify({ type: 'task_completed' });
  const headers = signWebhook({
    id: 'msg-1',
    timestampSeconds: Math.floor(Date.now() / 1_000),
    body,
    secret,
  });
  expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'task_completed' });
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
  expect(() => new Webhook(Buffer.alloc(32, 8).toString('base64')).verify(body, headers)).toThrow();
});
