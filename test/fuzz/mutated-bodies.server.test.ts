/** 20,000 broken request bodies: only 4xx or JSON-RPC errors, flat memory, and a good client is still answered. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort, ServerProcess } from '../support/server-process.ts';

const BODIES = 20_000;
const CONCURRENCY = 16;
/** Caches and the database's buffers are full by then: what grows afterwards would grow for ever. */
const WARM_UP = 8_000;
const MAX_GROWTH_MIB = 80;

let server: ServerProcess;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-fuzz-'));
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: 'test-fuzz' };
  server = new ServerProcess({ dataDir, port: await freePort(), env });
  await server.start();
});
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Small and repeatable: a failing body can be found again by its number. */
function randomOf(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1);
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
    return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const METHODS = [
  'tasks.create',
  'tasks.get',
  'tasks.list',
  'tasks.update',
  'tasks.execute',
  'tasks.cancel',
  'tasks.clone',
  'runs.get',
  'tasks.tree',
  'x',
  '',
  '__proto__',
];
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => -1,
  () => 1e308,
  () => '',
  () => '\ud800',
  () => '\u0000',
  () => 'x'.repeat(20_000),
  () => [],
  () => [[[[[[]]]]]],
  () => ({}),
  () => true,
  () => ({ id: {}, name: [] }),
  () => [{ name: 'a', parent_id: 'a' }],
  () => [{ name: 'a', dependencies: ['a'] }],
  () => ({ name: 'n', inputs: 'x', schemas: 3 }),
  () => ({ task_id: '../../etc', limit: -5, offset: 1e12 }),
];

function bodyOf(seed: number): string {
  const random = randomOf(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const kind = Math.floor(random() * 8);
  const params = pick(ODD)();
  const call = {
    jsonrpc: pick(['2.0', '1.0', 2, undefined]),
    id: pick([1, 'a', null, {}, undefined, 1.5]),
    method: pick(METHODS),
    params,
  };
  const good = JSON.stringify(call);
  if (kind === 0) return good.slice(0, Math.floor(random() * good.length));
  if (kind === 1) return `${'['.repeat(200 + Math.floor(random() * 5_000))}`;
  if (kind === 2)
    return `{"__proto__":{"polluted":1},"id":1,"method":"tasks.create","params":{"__proto__":{"polluted":1},"name":"p${seed}"}}`;
  if (kind === 3) return JSON.stringify(Array.from({ length: Math.floor(random() * 120) }, () => call));
  if (kind === 4) return good.replace(/[a-z]/, String.fromCharCode(Math.floor(random() * 255)));
  if (kind === 5)
    return `{"id":1,"method":"${pick(METHODS)}","params":${'{"a":'.repeat(80)}1${'}'.repeat(80)}}`;
  if (kind === 6) return JSON.stringify({ ...call, method: pick(ODD)() });
  return good;
}

it('answers every broken body with an error and stays well', async () => {
  const problems = await sendAll(0, WARM_UP);
  const before = await residentMib();
  problems.push(...(await sendAll(WARM_UP, BODIES)));
  expect(problems.slice(0, 5)).toEqual([]);
  expect((await residentMib()) - before).toBeLessThan(MAX_GROWTH_MIB);
  expect(await server.rpc('tasks.create', { name: 'still here' })).toMatchObject({ name: 'still here' });
}, 300_000);

async function sendAll(from: number, to: number): Promise<string[]> {
  const problems: string[] = [];
  let next = from;
  const worker = async () => {
    for (let seed = next++; seed < to; seed = next++) {
      const problem = await send(seed);
      if (problem !== null) problems.push(problem);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return problems;
}

async function residentMib(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

/** null when the answer was a proper one. */
async function send(seed: number): Promise<string | null> {
  const body = bodyOf(seed);
  const response = await fetch(`${server.url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  const isProper = response.status < 500 && (response.status === 204 || isJsonRpc(text));
  return isProper ? null : `#${seed} ${response.status} ${text.slice(0, 200)} for ${body.slice(0, 200)}`;
}

function isJsonRpc(text: string): boolean {
  const answers = [JSON.parse(text)].flat() as {
    result?: unknown;
    error?: { code?: unknown; data?: unknown };
  }[];
  return answers.every(({ result, error }) => {
    const isError =
      typeof error?.code === 'number' &&
      error.code !== -32603 &&
      !/\bat .*\.ts:\d+/.test(JSON.stringify(error));
    return result !== undefined || isError;
  });
}
