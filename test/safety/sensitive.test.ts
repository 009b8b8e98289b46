/** Personal data and secrets: what is found, what only looks like it, and that spans are those of the text as given. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SafetyRule } from '../../src/core/safety/safety-check.ts';
import { testSafety } from './test-safety.ts';

const safety = testSafety();
const RULES: SafetyRule[] = ['pii', 'secret'];
const values = (text: string) =>
  safety.check({ text, rules: RULES }).findings.map(({ type, start, end }) => [type, text.slice(start, end)]);

describe('found', () => {
  it.each([
    ['Pay with 4111 1111 1111 1111 today', 'credit_card', '4111 1111 1111 1111'],
    ['Amex 3782-822463-10005.', 'credit_card', '3782-822463-10005'],
    ['5555555555554444', 'credit_card', '5555555555554444'],
    ['4111 1111 1111 1111 12/27', 'credit_card', '4111 1111 1111 1111'],
    ['4111111111111111 123', 'credit_card', '4111111111111111'],
    ['2027 4111-1111-1111-1111', 'credit_card', '4111-1111-1111-1111'],
    ['4111111111111111 5555555555554444', 'credit_card', '5555555555554444'],
    ['my Maestro card 6759649826438453', 'credit_card', '6759649826438453'],
    ['ＣＡＲＤ ４１１１１１１１１１１１１１１１', 'credit_card', '４１１１１１１１１１１１１１１１'],
    ['card 4\u200b1\u200b1\u200b1111111111111', 'credit_card', '4\u200b1\u200b1\u200b1111111111111'],
    ['SSN: 536-90-4399', 'us_ssn', '536-90-4399'],
    ['social security number 536904399', 'us_ssn', '536904399'],
    ['mail ada.lovelace+x@mail.example.co.uk now', 'email', 'ada.lovelace+x@mail.example.co.uk'],
    ['schreib an jürgen@müller.example.', 'email', 'jürgen@müller.example'],
    ['IBAN DE89 3704 0044 0532 0130 00 please', 'iban', 'DE89 3704 0044 0532 0130 00'],
    ['GB82WEST12345698765432', 'iban', 'GB82WEST12345698765432'],
    ['NO93 8601 1117 947', 'iban', 'NO93 8601 1117 947'],
    ['from 203.0.113.77, blocked', 'ip_address', '203.0.113.77'],
    ['host 2001:db8::8a2e:370:7334 is up', 'ip_address', '2001:db8::8a2e:370:7334'],
    ['fe80::1ff:fe23:4567:890a', 'ip_address', 'fe80::1ff:fe23:4567:890a'],
    ['+41 44 668 18 00', 'phone', '+41 44 668 18 00'],
    ['call (415) 555-2671 x12', 'phone', '(415) 555-2671 x12'],
    ['Mein Handy: 0171 2345678', 'phone', '0171 2345678'],
    ['Téléphone 01 42 68 53 00', 'phone', '01 42 68 53 00'],
    ['звоните на телефон 8 (495) 123-45-67', 'phone', '8 (495) 123-45-67'],
  ])('%s', (text, type, value) => expect(values(text)).toContainEqual([type, value]));
});

describe('nothing of the kind', () => {
  it.each([
    'order 4111 1111 1111 1112',
    'the parcel number is 1234567890123456',
    '12345678901234567890123',
    'rows 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18',
    '1000 2000 3000 4000 5000 6000 7000 8000',
    'at 1700000000000 ms',
    'id 536904399',
    'SSN 000-12-3456, 666-12-3456, 912-12-3456, 123-00-4567, 123-45-0000',
    'part 12-345-67-8901-2',
    'DE89 3704 0044 0532 0130 01',
    'XX82WEST12345698765432',
    '127.0.0.1 and 0.0.0.0 and 300.1.2.3 and 1.2.3',
    'version 1.2.3.4 of the program',
    'std::vector and a::b at 12:30:45',
    'on 2026-11-28 and 28.11.2026 from 10:30 to 12:45',
    'pages 100-120, 1,000,000 copies, 3.14159265358',
    'user@localhost and @name and a@b',
    'the years 1914-1918 and 1939-1945',
    'ISBN 978-3-16-148410-0',
  ])('%s', (text) => expect(values(text)).toEqual([]));
});

// Put together here, so that no scanner of sources takes them for real ones.
const made = (prefix: string, alphabet: string, length: number) =>
  prefix + Array.from({ length }, (_, index) => alphabet[(index * 7 + 3) % alphabet.length]).join('');
const MIXED = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7z';

describe('secrets', () => {
  it.each([
    ['aws_access_key', made('AKIA', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)],
    ['github_token', made('ghp_', MIXED, 36)],
    ['openai_key', made('sk-proj-', MIXED, 48)],
    ['anthropic_key', made('sk-ant-api03-', MIXED, 60)],
    ['slack_token', made('xoxb-', '0123456789', 12) + made('-', MIXED, 24)],
    ['stripe_key', made('sk_live_', MIXED, 24)],
    ['google_key', made('AIza', MIXED, 35)],
    ['npm_token', made('npm_', MIXED, 36)],
    ['jwt', `${made('eyJ', MIXED, 20)}.${made('eyJ', MIXED, 40)}.${made('', MIXED, 43)}`],
    ['url_password', 'postgres://app:s3cr3tPass9@'],
    ['private_key', `-----BEGIN RSA PRIVATE KEY-----\n${made('', MIXED, 64)}\n-----END RSA PRIVATE KEY-----`],
  ])('%s', (note, secret) => {
    const text = `Look: ${secret}db.example.org`.replace(/(?<!@)db\.example\.org$/, ' thanks');
    const { findings, exit } = safety.check({ text, rules: RULES });
    expect(findings).toContainEqual(expect.objectContaining({ type: 'secret', category: 'secret', note }));
    expect(exit).toMatchObject({ reason: 'sensitive_pii', details: { pii: 'secret' } });
  });

  it('by the name before it', () => {
    expect(values('password: tR7!kq2Zx9')).toEqual([['secret', 'tR7!kq2Zx9']]);
    expect(values('export API_KEY="q8Zk3Lm92Px7"')).toEqual([['secret', 'q8Zk3Lm92Px7']]);
  });

  it.each([
    'password: YOUR_PASSWORD_1',
    'api_key=<API_KEY_1>',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
    'The password is required and must have 8 characters.',
    'the secret of good bread is patience',
    'token: see chapter12',
  ])('no secret: %s', (text) => expect(values(text)).toEqual([]));
});

describe('exits', () => {
  it('name the gravest kind', () => {
    const { exit } = safety.check({ text: 'ada@example.org pays with 4111 1111 1111 1111', rules: RULES });
    expect(exit).toEqual({
      reason: 'sensitive_pii',
      severity: 'high',
      message: 'Prompt appears to contain sensitive PII.',
      details: { pii: 'credit_card' },
    });
  });

  it('leave out what is allowed, and still find it', () => {
    const report = safety.check({ text: 'mail ada@example.org', allow: ['email'] });
    expect(report.exit).toBeNull();
    expect(report.findings).toHaveLength(1);
    expect(report.redacted).toBe('mail [EMAIL]');
  });
});

describe('redaction', () => {
  const text = 'Card 4111 1111 1111 1111, mail ada@example.org.';
  it.each([
    ['type', 'Card [CREDIT_CARD], mail [EMAIL].'],
    ['mask', 'Card *******************, mail ***************.'],
    ['partial', 'Card ***************1111, mail ***********.org.'],
  ] as const)('%s', (style, expected) => expect(safety.redact({ text, style }).text).toBe(expected));

  it('by a hash that is equal for equal values, however they are written, and different under another key', () => {
    const hashed = (given: string) => safety.redact({ text: given, style: 'hash' }).text;
    expect(hashed('4111 1111 1111 1111')).toMatch(/^\[CREDIT_CARD:[0-9a-f]{12}\]$/);
    expect(hashed('4111 1111 1111 1111')).toBe(hashed('4111111111111111'));
    expect(hashed('4111111111111111')).not.toBe(hashed('5555555555554444'));
  });

  it('only what is asked for', () => {
    expect(safety.redact({ text, entities: ['email'] }).text).toBe('Card 4111 1111 1111 1111, mail [EMAIL].');
  });

  it('shows nothing of a secret, even in part', () => {
    const secret = made('ghp_', MIXED, 36);
    expect(safety.redact({ text: secret, style: 'partial' }).text).toBe('*'.repeat(secret.length));
  });
});

it('has spans within the text, in order and without overlaps, whatever the text is', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'ada@example.org',
      '4111 1111 1111 1111',
      '+41446681800',
      '203.0.113.7',
      '\u200b',
      '😄',
      'ﬁ',
      'ß',
      ' ',
      '1-',
      '١٢٣',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const { findings } = safety.check({ text, rules: RULES });
      let last = 0;
      for (const { start, end } of findings) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});
