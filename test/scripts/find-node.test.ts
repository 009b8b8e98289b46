/** Handing over to a Node that can run TypeScript: arguments, exit codes, signals and `.env` arrive. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isGoodVersion } from '../../scripts/find-node.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'taskgrove-node-'));
  cpSync(new URL('../../scripts', import.meta.url), join(root, 'scripts'), { recursive: true });
  mkdirSync(join(root, 'src'));
});
afterEach(() => rmSync(root, { recursive: true }));

const start = () => join(root, 'scripts', 'start.mjs');

it.each([
  ['v18.20.0', false],
  ['v20.20.2', false],
  ['v22.17.9', false],
  ['v22.18.0', true],
  ['v24.0.0', true],
])('Node %s will do: %s', (version, isGood) => {
  expect(isGoodVersion(version)).toBe(isGood);
});

it('passes arguments and the exit code, reads .env and prints no warnings', () => {
  writeFileSync(join(root, '.env'), 'COLOUR=green\n');
  writeFileSync(
    join(root, 'src', 'main.ts'),
    'const words: string[] = process.argv.slice(2);\nconsole.log(words.join("+"), process.env.COLOUR);\nprocess.exit(3);',
  );
  const result = spawnSync(process.execPath, [start(), 'a', 'b'], { cwd: root, encoding: 'utf8' });
  expect(result).toMatchObject({ status: 3, stdout: 'a+b green\n', stderr: '' });
});

it('lets signals reach the program', async () => {
  writeFileSync(
    join(root, 'src', 'main.ts'),
    'process.on("SIGTERM", () => process.exit(7));\nsetInterval(() => {}, 1000);\nconsole.log("up");',
  );
  const child = spawn(process.execPath, [start()], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([7, null]);
});
