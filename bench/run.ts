/**
 * `npm run bench`: everything we claim about speed, as ratios against anchors in the same run, both sides in turn on one
 * tuned Temporal server with a database file. Prints a table and writes bench/out/results.json. `--quick` is a look.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { ensureTemporal } from '../src/temporal/dev-server/ensure-temporal.ts';
import { compare, cpuSeconds, median, type Ratio, residentMib } from './measure.ts';
import { type ProductSide, startProductSide } from './product-side.ts';
import { embeddedChecks, quotasOnOff, sharedChecks } from './quota.ts';
import { type RawSide, startRawSide } from './raw-side.ts';
import { compareReads } from './reads.ts';
import { type Delays, delaysInOneProcess, delaysThroughWorker } from './tokens.ts';

const isQuick = process.argv.includes('--quick');
/** `--only=a,c`: just these letters of the table. */
const only = process.argv
  .find((one) => one.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const isWanted = (letter: string) => only === undefined || only.includes(letter);
const ROUNDS = isQuick ? 2 : 5;
const MS = isQuick ? 1_500 : 3_000;
const NAMESPACE = 'taskgrove';
const LOAD = { concurrency: 16, rounds: ROUNDS, ms: MS };

interface Row {
  readonly name: string;
  readonly target: string;
  readonly value: string;
  readonly spread: string;
  readonly note: string;
}

const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-bench-'));
const config = loadConfig({ PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir });
const temporal = await ensureTemporal({
  address: null,
  namespace: NAMESPACE,
  dataDir,
  cliPath: config.temporalCliPath,
  port: null,
  uiPort: null,
  cacheDir: config.cacheDir,
  environment: config.childEnvironment,
  logger: { warn: (fields, message) => console.warn(message, fields) },
  onProgress: (text) => console.log(text),
});
const rows: Row[] = [];
const raw = await startRawSide(temporal.address, NAMESPACE);
const product = await startProductSide(dataDir, { TEMPORAL_ADDRESS: temporal.address });
try {
  if (isWanted('g')) await startAndMemory(product);
  if (isWanted('a')) await oneTask(product, raw);
  if (isWanted('b')) await oneTaskAgainstNormal(product, raw);
  if (isWanted('c')) await treeOfFifty(product, raw);
  if (isWanted('d')) await fanOuts(product, raw);
  if (isWanted('e')) await reads(product);
  if (isWanted('h')) await quotas(product);
  if (isWanted('i')) await quotaChecks();
  if (isWanted('j')) await tokens();
} finally {
  await product.stop();
  await raw.stop();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true });
}
await report();

/** Pieces are gathered for 30 ms; beyond that 20 ms are ours. */
async function tokens(): Promise<void> {
  const words = isQuick ? 60 : 300;
  const show = (name: string, { p50Ms, p95Ms, words: all }: Delays) =>
    add(
      `(j) ${name}, p95`,
      '≤ 50 ms',
      `${p95Ms.toFixed(0)} ms`,
      '',
      `${all} words, p50 ${p50Ms.toFixed(0)} ms`,
    );
  show('a word from provider to client', await delaysInOneProcess(temporal.address, words));
  show('the same through a worker process', await delaysThroughWorker(temporal.address, words));
}

async function startAndMemory(side: ProductSide): Promise<void> {
  const mib = await residentMib(side.server.pid);
  add(
    '(g) start to ready',
    '≤ 6 s',
    `${(side.startMs / 1_000).toFixed(1)} s`,
    '',
    'Temporal already running',
  );
  add(
    '(g) resident memory after start',
    '≤ 450 MiB',
    `${mib.toFixed(0)} MiB`,
    '',
    "without Temporal's own process",
  );
}

/** (a), and (f): what its runs cost. */
async function oneTask(side: ProductSide, anchor: RawSide): Promise<void> {
  const before = await cpuNow(side);
  let count = 0;
  const counted = () => {
    count++;
    return side.oneTask();
  };
  const ratio = await compare(counted, () => anchor.oneLocal(), LOAD);
  const after = await cpuNow(side);
  addRatio('(a) one task over HTTP ÷ raw local activity, 16 at once', '≥ 0.85', ratio);
  const perRun = (seconds: number) => `${((seconds * 1_000) / count).toFixed(1)} ms`;
  add(
    '(f) CPU a one-task run, API and worker',
    '–',
    perRun(after.product - before.product),
    '',
    `${count} runs`,
  );
  add(
    '(f) CPU a one-task run, Temporal server',
    '–',
    perRun(after.temporal - before.temporal),
    '',
    'raw runs included',
  );
}

async function oneTaskAgainstNormal(side: ProductSide, anchor: RawSide): Promise<void> {
  const ratio = await compare(
    () => side.oneTask(),
    () => anchor.oneNormal(),
    LOAD,
  );
  addRatio('(b) one task over HTTP ÷ raw normal activity, 16 at once', '≥ 1.4', ratio);
}

async function treeOfFifty(side: ProductSide, anchor: RawSide): Promise<void> {
  const ratio = await compare(
    () => side.fiftyTasks(),
    () => anchor.fanOut(50),
    LOAD,
  );
  addRatio('(c) tree of 50 + aggregate ÷ raw 50 normal activities, 16 at once', '≥ 10', ratio);
}

async function cpuNow(side: ProductSide): Promise<{ product: number; temporal: number }> {
  return {
    product: await cpuSeconds(side.server.pid),
    temporal: temporal.pid === null ? Number.NaN : await cpuSeconds(temporal.pid),
  };
}

async function fanOuts(side: ProductSide, anchor: RawSide): Promise<void> {
  for (const count of [1_000, 5_000]) {
    const startedMs = performance.now();
    const answer = await side.fanOut(count);
    const wallMs = performance.now() - startedMs;
    const events = await historyEvents(side, anchor, String(answer['run_id']));
    const value = (events / count).toFixed(3);
    add(
      `(d) fan-out of ${count}: history events a task`,
      '≤ 0.25',
      value,
      '',
      `${wallMs.toFixed(0)} ms wall, ${events} events`,
    );
  }
  const startedMs = performance.now();
  const answer = await side.fanOut(9_999);
  const results = (answer['result'] as { result_count?: number } | null)?.result_count;
  const mib = await residentMib(side.server.pid);
  const note = `${(performance.now() - startedMs).toFixed(0)} ms wall, ${results ?? 'large'} results`;
  add('(d) tree of 10,000 tasks: resident memory', '< 1024 MiB', `${mib.toFixed(0)} MiB`, '', note);
}

/** Over all runs of a continued workflow. */
async function historyEvents(side: ProductSide, anchor: RawSide, runId: string): Promise<number> {
  const run = await side.rpc('runs.get', { run_id: runId });
  let events = 0;
  const query = `WorkflowId="${String(run['workflow_id'])}"`;
  for await (const { historyLength } of anchor.client.workflow.list({ query })) events += historyLength ?? 0;
  return events;
}

async function reads(side: ProductSide): Promise<void> {
  const result = await compareReads(side, ROUNDS, isQuick ? 2 : 4);
  const rate = (value: number) => `${Math.round(value)} requests/s`;
  const bare = `bare Koa POST ${rate(result.barePerSecond)}`;
  add(
    '(e) tasks.get ÷ bare Koa POST',
    '≥ 0.5',
    median(result.get).toFixed(2),
    range(result.get),
    `${rate(result.getPerSecond)}, ${bare}`,
  );
  add(
    '(e) tasks.list(20) ÷ bare Koa POST',
    '–',
    median(result.list).toFixed(2),
    range(result.list),
    rate(result.listPerSecond),
  );
}

async function quotas(side: ProductSide): Promise<void> {
  const ratio = await quotasOnOff(side, { TEMPORAL_ADDRESS: temporal.address }, LOAD);
  addRatio('(h) one task with quotas on ÷ off, 16 at once', '≥ 0.95', ratio);
}

async function quotaChecks(): Promise<void> {
  const embedded = await embeddedChecks(MS);
  const rate = (checks: { perSecond: number }) => `${Math.round(checks.perSecond)} checks/s`;
  const p99 = `${embedded.p99Ms.toFixed(3)} ms`;
  add('(i) quota check in memory, p99', '≤ 1 ms', p99, '', rate(embedded));
  const shared = await sharedChecks(MS);
  const note = `p50 ${shared.p50Ms.toFixed(1)} ms, p99 ${shared.p99Ms.toFixed(1)} ms, without fsync`;
  add(
    '(i) quota checks in PostgreSQL a second, 64 at once',
    '≥ 10000',
    `${Math.round(shared.perSecond)}`,
    '',
    note,
  );
}

function addRatio(name: string, target: string, ratio: Ratio): void {
  const rate = (side: Ratio['product']) => median(side.map(({ perSecond }) => perSecond)).toFixed(1);
  const p50 = median(ratio.product.map(({ p50Ms }) => p50Ms)).toFixed(0);
  const note = `${rate(ratio.product)} ÷ ${rate(ratio.anchor)} runs/s, p50 ${p50} ms`;
  add(name, target, median(ratio.ratios).toFixed(2), range(ratio.ratios), note);
}

function range(sorted: readonly number[]): string {
  return `${(sorted[0] ?? Number.NaN).toFixed(2)}–${(sorted.at(-1) ?? Number.NaN).toFixed(2)}`;
}

function add(name: string, target: string, value: string, spread: string, note: string): void {
  rows.push({ name, target, value, spread, note });
  console.log(
    `${name.padEnd(68)} ${target.padStart(10)} ${value.padStart(10)}  ${spread.padEnd(14)} ${note}`,
  );
}

async function report(): Promise<void> {
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    load: loadavg(),
    rounds: ROUNDS,
    roundMs: MS,
    at: new Date().toISOString(),
  };
  await mkdir('bench/out', { recursive: true });
  await writeFile('bench/out/results.json', `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  console.log(
    `\n${machine.cpus} × ${machine.model}, Node ${machine.node}, ${ROUNDS} rounds of ${MS} ms: bench/out/results.json`,
  );
}
