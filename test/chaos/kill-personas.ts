/**
 * Promise: the files of personas are valid whenever the process is killed (SIGKILL), and have every change that was
 * answered. Now and then the table is lost as well: then the next start must have everything from the backup.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { personaFile } from '../../src/core/persona/persona-file.ts';

const PROGRAM = new URL('./changing-personas-process.ts', import.meta.url).pathname;
const FILES = ['personas.json', 'personas_backup.json'];
const SHIPPED = 12;
const LONGEST_MS = 400;
/** Every so many rounds the table goes, and the file is cut in half. */
const LOSS_EVERY = 25;

export interface KilledPersonas {
  readonly kills: number;
  readonly answers: number;
  /** Kills that left an unfinished file beside the good ones. */
  readonly interrupted: number;
  readonly tablesLost: number;
  /** The most that a file was behind the answers of one lane. */
  readonly mostBehind: number;
  readonly violations: readonly string[];
}

export async function killPersonas(kills: number): Promise<KilledPersonas> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-killed-'));
  const answered = new Map<number, number>();
  const result = {
    kills: 0,
    answers: 0,
    interrupted: 0,
    tablesLost: 0,
    mostBehind: 0,
    violations: [] as string[],
  };
  try {
    for (let round = 1; round <= kills; round++) {
      const { said, changes } = await changeUntilKilled(dataDir, Math.random() * LONGEST_MS);
      for (const line of said) {
        const [lane, change] = line.split(' ').map(Number);
        if (line.startsWith('error')) result.violations.push(`round ${round}: ${line}`);
        else if (lane !== undefined && change !== undefined) answered.set(lane, change);
      }
      result.kills++;
      result.answers += changes;
      if ((await readdir(dataDir)).some((name) => name.endsWith('.json.tmp'))) result.interrupted++;
      for (const name of FILES) {
        const { problems, behind } = await check(join(dataDir, name), answered);
        result.mostBehind = Math.max(result.mostBehind, behind);
        result.violations.push(...problems.map((problem) => `round ${round}: ${name} ${problem}`));
      }
      if (round % LOSS_EVERY === 0 && round < kills) {
        await loseTable(dataDir);
        result.tablesLost++;
      }
    }
    return result;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What stood at the start and what was answered since, a line each. */
async function changeUntilKilled(dataDir: string, afterMs: number) {
  const child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const said: string[] = [];
  let standing = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') {
      standing = said.length;
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    } else said.push(line);
  }
  const [code, signal] = await exit;
  if (signal !== 'SIGKILL') throw new Error(`The process ended by itself (${code}): ${said.at(-1) ?? ''}`);
  return { said, changes: said.length - standing };
}

async function check(path: string, answered: ReadonlyMap<number, number>) {
  const problems: string[] = [];
  if (!existsSync(path)) return { problems: ['is not there'], behind: 0 };
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return { problems: ['is no JSON'], behind: 0 };
  }
  const parsed = personaFile.safeParse(value);
  if (!parsed.success) return { problems: [`has the wrong shape: ${parsed.error.message}`], behind: 0 };
  const shipped = parsed.data.filter(({ owner }) => owner === undefined);
  if (shipped.length !== SHIPPED) problems.push(`has ${shipped.length} shipped personas`);
  let mostBehind = 0;
  for (const [lane, change] of answered) {
    const own = parsed.data.filter(({ owner }) => owner === `lane-${lane}`);
    const written = Number(own[0]?.name.split(' ')[1] ?? Number.NaN);
    if (own.length !== 1 || Number.isNaN(written))
      problems.push(`has ${own.length} personas of lane ${lane}`);
    const behind = change - written;
    mostBehind = Math.max(mostBehind, behind);
    // One change may have been under way: written already, and not yet answered.
    if (behind > 0 || behind < -1)
      problems.push(`lane ${lane}: ${change} was answered, ${written} is written`);
  }
  return { problems, behind: mostBehind };
}

async function loseTable(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir))
    if (name.startsWith('taskgrove.duckdb')) await rm(join(dataDir, name), { recursive: true });
  const file = join(dataDir, 'personas.json');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.slice(0, text.length / 2));
}
