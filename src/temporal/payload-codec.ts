/**
 * Optional encryption of every payload (`TEMPORAL_ENCRYPT=1`): AES-256-GCM with a key derived from TASKGROVE_SECRET.
 * Off by default, because it blinds Temporal's UI; nothing secret is in our payloads either way.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
import proto from '@temporalio/proto';
import { AppError } from '../core/errors.ts';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const utf8 = new TextEncoder();
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** `secret` is any text of 16 characters or more; the same secret reads what it wrote. */
export function createPayloadCodec(secret: string): PayloadCodec {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'taskgrove/temporal-payloads', 32));
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(key, keyId, payload)),
    decode: async (payloads) => payloads.map((payload) => decrypt(key, keyId, payload)),
  };
}

/** The codec for payloads in protobuf's JSON form, as Temporal's UI sends them. Throws `invalid_params`. */
export function jsonDecoder(
  codec: PayloadCodec,
): (payloads: readonly JsonPayload[]) => Promise<JsonPayload[]> {
  return async (payloads) => {
    const given = payloads.map(
      ({ metadata, data }): Payload => ({
        metadata: Object.fromEntries(
          Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
        ),
        data: Buffer.from(data ?? '', 'base64'),
      }),
    );
    const decoded = await codec.decode(given).catch((cause: unknown) => {
      throw new AppError('invalid_params', 'A payload cannot be opened: changed, or of another secret', {
        cause,
      });
    });
    return decoded.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      ),
      data: Buffer.from(data ?? []).toString('base64'),
    }));
  };
}

interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly data?: string | undefined;
}

function encrypt(key: Buffer, keyId: string, payload: Payload): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(keyId));
  const plain = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { [METADATA_ENCODING_KEY]: utf8.encode(ENCODING), [KEY_ID]: utf8.encode(keyId) }, data };
}

function decrypt(key: Buffer, keyId: string, payload: Payload): Payload {
  const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
  if (encoding === undefined || Buffer.from(encoding).toString() !== ENCODING) return payload;
  const usedKey = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
  if (usedKey !== keyId)
    throw new ValueError(`Payload was encrypted with another TASKGROVE_SECRET (key ${usedKey})`);
  const data = Buffer.from(payload.data ?? []);
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES)).setAAD(
    Buffer.from(keyId),
  );
  decipher.setAuthTag(data.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return PayloadMessage.decode(plain);
}
