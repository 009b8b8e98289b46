/**
 * `npm test`: static checks, unit tests, tests against real servers, the short chaos run, and a start from nothing to
 * the first finished tree. Everything runs even when something failed; the last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findNode, ROOT } from './find-node.mjs';
import { binOf, lastCount, vitestCount } from './test-counts.mjs';

const node = findNode();
if (node === null) {
  console.error(
    `The tests need Node 22.18 or newer; this is ${process.version}. Run \`npm ci\`: it brings one.`,
  );
  process.exit(1);
}
const reports = mkdtempSync(join(tmpdir(), 'taskgrove-test-'));
const total = { passed: 0, failed: 0 };
const broken = [];

await check('Format and lint', binOf('@biomejs/biome', 'biome'), ['check', '.']);
await check('Types', binOf('typescript', 'tsc'), ['--noEmit']);
await check('Types of the web app', binOf('typescript', 'tsc'), ['-p', 'web']);
await check('House rules', join(ROOT, 'scripts', 'check-rules.mjs'), []);
await check('Who imports whom', binOf('dependency-cruiser', 'depcruise'), [
  '--config',
  '.dependency-cruiser.cjs',
  'src',
  'executors',
  'hooks',
  'web/src',
]);
await check('Unused files, exports and packages', binOf('knip', 'knip'), ['--no-config-hints']);
await vitest('Unit tests', 'unit');
await vitest('Tests against real servers', 'server');
await ownScript('Chaos, short', 'test/chaos/run.ts', ['--short']);
await ownScript('From nothing to the first tree', 'test/start/first-tree.ts', []);

rmSync(reports, { recursive: true, force: true });
if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

async function check(title, program, args) {
  header(title);
  const { code } = await run([program, ...args]);
  add(title, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

async function vitest(title, project) {
  header(title);
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run([binOf('vitest', 'vitest'), 'run', '--project', project, ...reporters]);
  add(title, withExitCode(vitestCount(report), code));
}

async function ownScript(title, path, args) {
  if (!existsSync(join(ROOT, path))) return;
  header(title);
  const { code, output } = await run([join(ROOT, path), ...args]);
  add(title, withExitCode(lastCount(output), code));
}

/** A program that failed without naming a failed test (a crash, an unhandled rejection) is one failure. */
function withExitCode(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function header(title) {
  console.log(`\n=== ${title} ===`);
}

function add(title, count) {
  total.passed += count.passed;
  total.failed += count.failed;
  if (count.failed > 0) broken.push(title);
  console.log(`--- ${title}: ${count.passed} passed, ${count.failed} failed`);
}

function run(args) {
  return new Promise((resolve) => {
    const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
    const child = spawn(node, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text);
      output = (output + text).slice(-20_000);
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve({ code: 1, output });
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
