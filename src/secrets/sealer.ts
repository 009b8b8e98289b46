/**
 * Seals small secrets that must be stored (webhook headers …): AES-256-GCM under a key derived from TASKGROVE_SECRET,
 * bound to what they belong to, so that a sealed value copied to another row does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { Sealer } from '../ports/sealer.ts';

const PREFIX = 'sealed:1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function createSealer(secret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'taskgrove/sealed-values', 32));
  return {
    seal: (text, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const data = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return PREFIX + data.toString('base64url');
    },
    open: (sealed, context) => {
      if (!sealed.startsWith(PREFIX)) throw unreadable();
      const data = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES));
        decipher.setAAD(Buffer.from(context)).setAuthTag(data.subarray(-TAG_BYTES));
        const plain = decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch (error) {
        throw unreadable(error);
      }
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', secret, '', `taskgrove/${purpose}`, 32)),
  };
}

function unreadable(cause?: unknown): AppError {
  return new AppError('internal', 'A sealed value cannot be opened: was TASKGROVE_SECRET changed?', {
    retryable: false,
    cause,
  });
}
