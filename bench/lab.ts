/**
 * What the A/B routes cost: CPU of the server's process a request, `/predict_ab` with its interaction committed and
 * `/safety/generate` by the contract's rules, against a bare Koa POST in the same run.
 * `node bench/lab.ts [--postgres] [--quota] [--rounds 3] [--seconds 5]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { startPostgres } from '../test/support/postgres.ts';
import { freePort, ServerProcess } from '../test/support/server-process.ts';
import { cpuSeconds, median } from './measure.ts';

const CONNECTIONS = 32;
/** Of the system these routes come from: milliseconds of CPU a request, measured elsewhere on a like machine. */
const ORIGINAL_MS = { predict: 2.8, safety: 0.8 };

const { values } = parseArgs({
  options: {
    postgres: { type: 'boolean', default: false },
    quota: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
  },
});
const seconds = Number(values.seconds);
const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-bench-lab-'));
/** Its server is not in the figures, only ours. */
const postgres = values.postgres ? await startPostgres() : null;
const server = new ServerProcess({
  dataDir,
  port: await freePort(),
  env: {
    ...(postgres === null
      ? {}
      : { DATABASE_URL: postgres.url, TASKGROVE_SECRET: 'a secret of the bench, long enough' }),
    ...(values.quota ? { MONETIZATION_ENABLED: '1', FREE_TIER_DAILY_REQUESTS: '100000000' } : {}),
    LOG_LEVEL: 'warn',
  },
});
const bare = spawn(
  process.execPath,
  [new URL('./bare-koa.ts', import.meta.url).pathname, '{"text":"hello"}'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  const [port] = (await once(bare.stdout, 'data')) as [Buffer];
  await server.start();
  const sides = {
    bare: { pid: bare.pid ?? 0, url: `http://127.0.0.1:${String(port).trim()}/x`, body: { id: 1 } },
    predict: {
      pid: server.pid,
      url: `${server.url}/predict_ab`,
      body: { user_id: 'alice', session_id: 's1', prompt: 'What is the plan for today?' },
    },
    safety: {
      pid: server.pid,
      url: `${server.url}/safety/generate`,
      body: { prompt: 'Tell me a joke about a teapot that would not boil, please', persona: 'playful' },
    },
  };
  const seen: Record<string, Sample[]> = { bare: [], predict: [], safety: [] };
  for (const side of Object.values(sides)) await load(side, 3);
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, side] of Object.entries(sides)) seen[name]?.push(await load(side, seconds));
  report(seen);
} finally {
  bare.kill();
  await server.stop();
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
}

interface Sample {
  readonly cpuMs: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

async function load(side: { pid: number; url: string; body: object }, duration: number): Promise<Sample> {
  const before = await cpuSeconds(side.pid);
  const result = await autocannon({
    url: side.url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(side.body),
    connections: CONNECTIONS,
    duration,
  });
  const used = (await cpuSeconds(side.pid)) - before;
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${side.url}: ${result.non2xx} refused, ${result.errors} errors`);
  return {
    cpuMs: (used * 1_000) / result.requests.total,
    perSecond: result.requests.average,
    p99Ms: result.latency.p99,
  };
}

function report(seen: Record<string, Sample[]>): void {
  const of = (name: string, key: keyof Sample) => median((seen[name] ?? []).map((sample) => sample[key]));
  console.log(
    `CPU a request, ${CONNECTIONS} connections, ${values.postgres ? 'PostgreSQL' : 'DuckDB'}${values.quota ? ', requests counted' : ''}:`,
  );
  for (const name of Object.keys(seen)) {
    const samples = (seen[name] ?? []).map(({ cpuMs }) => cpuMs.toFixed(3)).join(' ');
    console.log(
      `  ${name.padEnd(8)} ${of(name, 'cpuMs').toFixed(3)} ms (${samples}), ${of(name, 'perSecond').toFixed(0)}/s, ` +
        `p99 ${of(name, 'p99Ms')} ms, ${(of(name, 'cpuMs') / of('bare', 'cpuMs')).toFixed(2)}x bare Koa`,
    );
  }
  for (const [name, original] of Object.entries(ORIGINAL_MS))
    console.log(`  ${name}: 1/${(original / of(name, 'cpuMs')).toFixed(1)} of the original's ${original} ms`);
}
