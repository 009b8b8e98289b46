/** Reads a response body to its end, unpacked, and never more than the caller allowed. */
import { pipeline as connect, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '../core/errors.ts';

/** What we ask for; a server that packs otherwise is refused. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * @param maxBytes limit of the packed and of the unpacked body alike: a small packed body may unpack to gigabytes.
 * @throws AppError `task_failed` when the body is too large or packed in an unknown way.
 */
export async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<Uint8Array> {
  const unpack = unpacker(encoding, body);
  if (unpack === null) return collect(body, maxBytes);
  let unpacked: Uint8Array = new Uint8Array();
  await pipeline(
    body,
    (source: AsyncIterable<Uint8Array>) => capped(source, maxBytes),
    unpack,
    async (source: AsyncIterable<Uint8Array>) => {
      unpacked = await collect(source, maxBytes);
    },
  );
  return unpacked;
}

/** The same, piece by piece. Throws while it is read. */
export async function* unpackedBody(
  body: Readable,
  encoding: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const unpack = unpacker(encoding, body);
  if (unpack === null) {
    yield* capped(body, maxBytes);
    return;
  }
  // An error of either end comes out of the loop below, so the callback has nothing to add.
  yield* capped(
    connect(body, unpack, () => undefined),
    maxBytes,
  );
}

function unpacker(encoding: string, body: Readable): Transform | null {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return null;
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'deflate') return createInflate();
  if (name === 'br') return createBrotliDecompress();
  body.destroy();
  throw new AppError('task_failed', `The server packed its answer as '${encoding}', which is not supported`);
}

async function collect(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of capped(source, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* capped(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new AppError('task_failed', `The answer is larger than the limit of ${maxBytes} bytes`, {
        details: { maxBytes },
      });
    }
    yield chunk;
  }
}
