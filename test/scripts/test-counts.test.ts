/** The numbers `npm test` ends with are those of the test programs, and a crash is never a pass. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { binOf, lastCount, vitestCount } from '../../scripts/test-counts.mjs';

function countOf(report: string) {
  const folder = mkdtempSync(join(tmpdir(), 'taskgrove-count-'));
  const path = join(folder, 'report.json');
  writeFileSync(path, report);
  const count = vitestCount(path);
  rmSync(folder, { recursive: true });
  return count;
}

it('takes the last count that a script printed', () => {
  expect(lastCount('1 passed, 0 failed\nmore\n12 passed, 3 failed\n')).toEqual({ passed: 12, failed: 3 });
});

it('counts a script without a count as failed', () => {
  expect(lastCount('it went well: 3 passed, 0 failed, honestly\n')).toEqual({ passed: 0, failed: 1 });
});

it('adds files that could not be loaded to the failures', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  const report = { numPassedTests: 5, numFailedTests: 1, testResults: [broken, failing] };
  expect(countOf(JSON.stringify(report))).toEqual({ passed: 5, failed: 2 });
});

it('counts a report that was never finished as a failure', () => {
  expect(countOf('{"numPassed')).toEqual({ passed: 0, failed: 1 });
});

it.each([
  ['@biomejs/biome', 'biome'],
  ['typescript', 'tsc'],
  ['dependency-cruiser', 'depcruise'],
  ['knip', 'knip'],
  ['vitest', 'vitest'],
])('finds the script of %s', (packageName, command) => {
  expect(existsSync(binOf(packageName, command))).toBe(true);
});
