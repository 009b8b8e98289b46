/** Reads how many tests passed and failed out of what the test programs leave behind. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './find-node.mjs';

/** The script behind a package's command, to be run by the Node of our choice. */
export function binOf(packageName, command) {
  const manifest = join(ROOT, 'node_modules', packageName, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}

/** Of vitest's JSON report. A file that could not even be loaded has no tests and counts as one failure. */
export function vitestCount(reportPath) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportPath, 'utf8'));
  } catch {
    // vitest ended before it could write one.
    return { passed: 0, failed: 1 };
  }
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/** Of the last line `N passed, N failed` that one of our own scripts printed; without one it failed. */
export function lastCount(output) {
  const match = [...output.matchAll(/^(\d+) passed, (\d+) failed\s*$/gm)].at(-1);
  return match === undefined
    ? { passed: 0, failed: 1 }
    : { passed: Number(match[1]), failed: Number(match[2]) };
}
