/** `npm start` installs what is missing, once, and is quiet when nothing is. npm itself is replaced by a recorder. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PACKAGES = {
  '': { name: 'x' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/b': { version: '2.0.0', dev: true },
  'node_modules/elsewhere': { version: '1.0.0', optional: true },
};

/** Stands for npm: notes its arguments and installs every package it is asked for. */
const FAKE_NPM = `
const fs = require('node:fs'), path = require('node:path');
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('npm-fails')) { console.error('npm error network'); process.exit(1); }
fs.rmSync('node_modules', { recursive: true, force: true });
const withDev = process.argv.includes('--include=dev') || process.env.NODE_ENV !== 'production';
const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
const entries = Object.entries(lock.packages).filter(([name, p]) => name !== '' && !p.optional && (withDev || !p.dev));
for (const [name] of entries) fs.mkdirSync(name, { recursive: true });
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(entries) }));
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'taskgrove-setup-'));
  cpSync(new URL('../../scripts', import.meta.url), join(root, 'scripts'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'npm.cjs'), FAKE_NPM);
  mkdirSync(join(root, 'npm'));
  writeFileSync(join(root, 'npm', 'npm-cli.js'), "require('../npm.cjs')");
  writeFileSync(join(root, 'npm', 'package.json'), '{"type":"commonjs"}');
  lock(PACKAGES);
});
afterEach(() => rmSync(root, { recursive: true }));

function lock(packages: object): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
}

function setup(environment: Record<string, string> = {}, ...args: string[]) {
  const env = {
    PATH: '',
    npm_execpath: join(root, 'npm', 'npm-cli.js'),
    npm_node_execpath: process.execPath,
  };
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), ...args], {
    env: { ...env, ...environment },
    encoding: 'utf8',
  });
  return { code: result.status, text: result.stdout + result.stderr };
}

function npmCalls(): string[] {
  const path = join(root, 'npm-calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

it('installs when there is nothing, then says nothing', () => {
  expect(setup()).toMatchObject({ code: 0, text: expect.stringContaining('Installing packages') });
  expect(setup()).toEqual({ code: 0, text: '' });
  expect(npmCalls()).toEqual(['ci --ignore-scripts --no-audit --no-fund --loglevel=error']);
});

it('installs again when the lock file changed', () => {
  setup();
  lock({ ...PACKAGES, 'node_modules/c': { version: '3.0.0' } });
  setup();
  expect(npmCalls()).toHaveLength(2);
  expect(setup().text).toBe('');
});

it('believes an `npm ci` that was run by hand', () => {
  spawnSync(process.execPath, [join(root, 'npm.cjs')], { cwd: root });
  rmSync(join(root, 'npm-calls'));
  expect(setup()).toEqual({ code: 0, text: '' });
  expect(npmCalls()).toEqual([]);
});

it('installs when a folder of a package is gone', () => {
  spawnSync(process.execPath, [join(root, 'npm.cjs')], { cwd: root });
  rmSync(join(root, 'npm-calls'));
  rmSync(join(root, 'node_modules', 'a'), { recursive: true });
  setup();
  expect(npmCalls()).toHaveLength(1);
});

it('adds the packages of the tests to a production install', () => {
  setup({ NODE_ENV: 'production' });
  expect(existsSync(join(root, 'node_modules', 'b'))).toBe(false);
  expect(setup({ NODE_ENV: 'production' }).text).toBe('');
  setup({ NODE_ENV: 'production' }, '--test');
  expect(existsSync(join(root, 'node_modules', 'b'))).toBe(true);
});

it('says what to do when the install fails, and tries again next time', () => {
  writeFileSync(join(root, 'npm-fails'), '');
  const failed = setup();
  expect(failed.code).toBe(1);
  expect(failed.text).toContain('npm error network');
  expect(failed.text).toContain('npm ci --ignore-scripts');
  rmSync(join(root, 'npm-fails'));
  expect(setup().code).toBe(0);
});

it('starts all the same when the web app cannot be built, and says how to try again', () => {
  mkdirSync(join(root, 'web'));
  mkdirSync(join(root, 'src', 'client'), { recursive: true });
  mkdirSync(join(root, 'src', 'core'));
  writeFileSync(join(root, 'web', 'index.html'), '<!doctype html>');
  setup();
  const again = setup();
  expect(again.code).toBe(0);
  expect(again.text).toContain('vite is not installed');
  expect(again.text).toContain('npm run build:web');
});
