/**
 * The bytes of a request body, capped as they arrive and after decompression. Reads by 'data' events: iterating the
 * stream costs as much as all the rest of a small request.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { AppError } from '../../core/errors.ts';

const DECODERS: Readonly<
  Record<string, (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Throws `payload_too_large`, `unsupported_media_type` (unknown Content-Encoding) and `parse_error` (broken data). */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length']);
  if (announced > limit) throw tooLarge(limit);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') return collect(request, limit);
  const decode = DECODERS[encoding];
  if (decode === undefined || !Object.hasOwn(DECODERS, encoding))
    throw new AppError('unsupported_media_type', 'Content-Encoding must be gzip, deflate, br or identity');
  const raw = await collect(request, limit);
  try {
    return await decode(raw, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new AppError('parse_error', `Request body is not valid ${encoding} data`, { cause: error });
  }
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // What still comes is dropped unread; the answer closes the connection.
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge(limit));
        return;
      }
      chunks.push(chunk);
    });
    request.once('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)),
    );
    request.once('error', (error) => reject(cutOff(error)));
    request.once('aborted', () => reject(cutOff()));
  });
}

function tooLarge(limit: number): AppError {
  return new AppError('payload_too_large', `Request body is larger than ${limit} bytes`);
}

function cutOff(cause?: unknown): AppError {
  return new AppError('parse_error', 'Request body ended early', cause === undefined ? {} : { cause });
}
