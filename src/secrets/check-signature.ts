/**
 * Whether a signed request is what it says: HMAC-SHA256 in hex over `<timestamp>.<body>`, or Standard Webhooks. By hand,
 * because bodies are bytes of any kind here and the clock is the server's.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { TriggerSignature } from '../ports/trigger-secrets.ts';

const TOLERANCE_MS = 5 * 60_000;
const MAX_LENGTH = 4_096;

/** Throws `unauthorized`, naming the field, when the time is missing, no time, or too far from ours. */
export function requireFresh({ timestamp, fields }: TriggerSignature, nowMs: number): void {
  const refuse = (problem: string) => new AppError('unauthorized', `${fields.timestamp} ${problem}`);
  if (timestamp === '') throw refuse('is missing: it is a part of what is signed');
  if (!/^\d{1,12}$/.test(timestamp)) throw refuse('must be the time in Unix seconds');
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > TOLERANCE_MS)
    throw refuse("is more than five minutes from the server's clock: sign each request when it is sent");
}

/** Whether one of the secrets made it. `shared` and `own` are texts as their holders have them. */
export function isSigned(
  signature: TriggerSignature,
  body: Uint8Array,
  secrets: { readonly shared: string | null; readonly own: readonly string[] },
): boolean {
  if (signature.signature.length > MAX_LENGTH) return false;
  const { timestamp } = signature;
  if (signature.kind === 'hmac') {
    const given = Buffer.from(signature.signature, 'hex');
    const keys = secrets.shared === null ? secrets.own : [secrets.shared, ...secrets.own];
    return keys.some((key) => isSame(given, digest(key, `${timestamp}.`, body)));
  }
  const given = signature.signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice('v1,'.length), 'base64'));
  return secrets.own.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = digest(key, `${signature.id}.${timestamp}.`, body);
    return given.some((one) => isSame(one, expected));
  });
}

function digest(key: string | Uint8Array, prefix: string, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(prefix).update(body).digest();
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
