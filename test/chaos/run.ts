/**
 * The chaos rounds: `node test/chaos/run.ts --short` (10 cycles, 25 kills: CI) or without it (100 and 500
 * kills after an answer, 500 while personas change). The long
 * one keeps its results in test-results/chaos.json and goes on from there when it is started again.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ServerProcess } from '../support/server-process.ts';
import { EffectService } from './effect-service.ts';
import { killAfterAnswer } from './kill-after-answer.ts';
import { type KilledPersonas, killPersonas } from './kill-personas.ts';
import { killCycle } from './kill-whole.ts';

const isShort = process.argv.includes('--short');
const CYCLES = isShort ? 10 : 100;
const ANSWERS = isShort ? 25 : 500;
const PERSONA_KILLS = isShort ? 10 : 500;
const RESULTS = join('test-results', 'chaos.json');

interface Results {
  cycles: { accepted: number; recoveryMs: number; repeated: number; violations: string[] }[];
  answers: string[][];
  personas?: KilledPersonas;
}

const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-chaos-'));
const results = isShort ? { cycles: [], answers: [] } : await load();
const service = new EffectService();
await service.start();
const server = new ServerProcess({ dataDir, port: await freePort() });
let failed = 0;
try {
  await server.start();
  await runCycles();
  await runAnswers();
  await runPersonas();
} finally {
  await server.stop();
  service.stop();
  await rm(dataDir, { recursive: true, force: true });
}
report();

async function runCycles(): Promise<void> {
  while (results.cycles.length < CYCLES) {
    const repeatedBefore = service.repeated;
    const result = await killCycle(server, service);
    results.cycles.push({ ...result, repeated: service.repeated - repeatedBefore });
    for (const violation of result.violations) console.error(`  violation: ${violation}`);
    await save();
  }
}

async function runAnswers(): Promise<void> {
  const record = JSON.parse(await readFile(join(dataDir, 'temporal', 'server.json'), 'utf8')) as {
    port: number;
  };
  while (results.answers.length < ANSWERS) {
    const violations = await killAfterAnswer(server, `127.0.0.1:${record.port}`);
    results.answers.push(violations);
    for (const violation of violations) console.error(`  violation: ${violation}`);
    await save();
  }
}

async function runPersonas(): Promise<void> {
  if (results.personas !== undefined) return;
  results.personas = await killPersonas(PERSONA_KILLS);
  for (const violation of results.personas.violations) console.error(`  violation: ${violation}`);
  await save();
}

function report(): void {
  const cycleViolations = results.cycles.flatMap(({ violations }) => violations);
  const answerViolations = results.answers.flat();
  const accepted = results.cycles.reduce((sum, cycle) => sum + cycle.accepted, 0);
  const repeated = results.cycles.reduce((sum, cycle) => sum + cycle.repeated, 0);
  const recovery = results.cycles.map(({ recoveryMs }) => recoveryMs).sort((left, right) => left - right);
  const slowest = ((recovery.at(-1) ?? 0) / 1_000).toFixed(1);
  console.log(
    `accepted trees end once: ${accepted} trees of 8 tasks, ${results.cycles.length} kills of the whole process, ` +
      `${repeated} effects called again (same key), slowest recovery ${slowest} s: ${cycleViolations.length} violations`,
  );
  console.log(
    `accepted is durable: ${results.answers.length} kills within 50 ms after the answer: ${answerViolations.length} violations`,
  );
  const { personas } = results;
  const personaViolations = personas?.violations ?? ['personas were not killed'];
  console.log(
    `files of personas are valid and follow: ${personas?.kills} kills after ${personas?.answers} changes, ` +
      `${personas?.interrupted} in the middle of a writing, ${personas?.tablesLost} tables lost: ${personaViolations.length} violations`,
  );
  failed = [cycleViolations, answerViolations, personaViolations].filter((all) => all.length > 0).length;
  console.log(`${3 - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function load(): Promise<Results> {
  try {
    return JSON.parse(await readFile(RESULTS, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { cycles: [], answers: [] };
    throw error;
  }
}

async function save(): Promise<void> {
  if (isShort) return;
  await mkdir('test-results', { recursive: true });
  await writeFile(RESULTS, JSON.stringify(results, null, 2));
}
