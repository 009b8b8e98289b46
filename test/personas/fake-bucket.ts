/** A bucket that checks each signature by itself, from what arrives, and can be told to fail. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ACCESS_KEY = 'AKIDEXAMPLE';
export const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

export interface FakeBucket {
  readonly url: string;
  /** Paths with what was put there last. */
  readonly objects: Map<string, string>;
  /** Status of each request in order. */
  readonly answered: number[];
  /** As many of the next requests are answered with 503. */
  failNext(count: number): void;
  stop(): Promise<void>;
}

export async function startFakeBucket(region: string): Promise<FakeBucket> {
  const objects = new Map<string, string>();
  const answered: number[] = [];
  let failures = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const end = (status: number, text = '') => {
      answered.push(status);
      response.writeHead(status).end(text);
    };
    if (failures > 0) {
      failures--;
      return end(503, '<Error><Code>SlowDown</Code></Error>');
    }
    const problem = signatureProblem(request, body, region);
    if (problem !== null) return end(403, `<Error><Code>${problem}</Code></Error>`);
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
    if (request.method === 'PUT') {
      objects.set(path, body.toString());
      return end(200);
    }
    const found = objects.get(path);
    return found === undefined ? end(404, '<Error><Code>NoSuchKey</Code></Error>') : end(200, found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    answered,
    failNext: (count) => {
      failures = count;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Written after the published description of Signature Version 4, with nothing of the signer under test. */
function signatureProblem(request: IncomingMessage, body: Buffer, region: string): string | null {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (given === null) return 'AccessDenied';
  const [, keyId, day = '', signedRegion = '', signedHeaders = '', signature = ''] = given;
  if (keyId !== ACCESS_KEY) return 'InvalidAccessKeyId';
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed';
  const date = String(request.headers['x-amz-date']);
  const names = signedHeaders.split(';');
  if (!date.startsWith(day) || !names.includes('host') || !names.includes('x-amz-date'))
    return 'AccessDenied';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== bodyHash) return 'XAmzContentSHA256Mismatch';
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonical = [
    request.method,
    path.replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    query,
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  let key: Buffer = Buffer.from(`AWS4${SECRET_KEY}`);
  for (const part of [day, region, 's3', 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  const expected = createHmac('sha256', key).update(toSign).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? null : 'SignatureDoesNotMatch';
}
