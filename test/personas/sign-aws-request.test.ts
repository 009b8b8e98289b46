/** The signer against the examples that AWS publishes for S3. */
import { expect, test } from 'vitest';
import { signAwsRequest } from '../../src/personas/sign-aws-request.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const now = Date.UTC(2013, 4, 24);
const signatureOf = (headers: Record<string, string>) =>
  /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1];

test('GET of an object', () => {
  const url = 'https://examplebucket.s3.amazonaws.com/test.txt';
  const signed = signAwsRequest(
    { method: 'GET', url, headers: { Range: 'bytes=0-9' }, body: '' },
    credentials,
    now,
  );
  expect(signatureOf(signed)).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

test('PUT of an object with a character to escape', () => {
  const signed = signAwsRequest(
    {
      method: 'PUT',
      url: 'https://examplebucket.s3.amazonaws.com/test$file.text',
      headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      body: 'Welcome to Amazon S3.',
    },
    credentials,
    now,
  );
  expect(signatureOf(signed)).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
});

test('a query', () => {
  const url = 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J';
  const signed = signAwsRequest({ method: 'GET', url, headers: {}, body: '' }, credentials, now);
  expect(signatureOf(signed)).toBe('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
});
