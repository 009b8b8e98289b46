import { expect, test } from 'vitest';
import { CREDENTIAL_VARIABLE } from '../../../src/core/secrets/secret-field.ts';

const pattern = new RegExp(CREDENTIAL_VARIABLE, 'i');

test.each([
  'API_TOKEN',
  'GITHUB_TOKEN',
  'PGPASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'OPENAI_API_KEY',
  'SSH_KEY',
  'DATABASE_URL',
  'SENTRY_DSN',
])('%s lets people in', (name) => expect(name).toMatch(pattern));
test.each(['LANG', 'PATH', 'KEYBOARD', 'GREETING', 'TZ'])('%s does not', (name) =>
  expect(name).not.toMatch(pattern),
);
