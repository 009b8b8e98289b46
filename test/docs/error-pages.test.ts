/** Every error code has its page, no page is left over, and the numbers on it are those of the table. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE, type ErrorCode, errorMapping } from '../../src/core/errors.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'errors');
const codes = Object.keys(ERROR_TABLE) as ErrorCode[];

describe('docs/errors', () => {
  it('has one page per code and no other', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(codes.map((code) => `${errorMapping(code).slug}.md`).sort());
  });

  it.each(codes)('%s: title, numbers and way out', (code) => {
    const { slug, message, rpcCode, httpStatus, retryable } = errorMapping(code);
    const page = readFileSync(join(FOLDER, `${slug}.md`), 'utf8');
    expect(page.startsWith(`# ${message}\n`)).toBe(true);
    expect(page).toContain(`| \`${code}\` | ${rpcCode} | ${httpStatus} | ${retryable ? 'yes' : 'no'} |`);
    expect(page).toMatch(/## What it means\n\n.{20,}/);
    expect(page).toMatch(/## What to do\n\n.{20,}/);
  });
});
