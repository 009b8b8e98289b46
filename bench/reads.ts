/** (e) Reads that start no run: requests a second of `tasks.get` and `tasks.list` against a bare Koa POST. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { median } from './measure.ts';
import type { ProductSide } from './product-side.ts';

const CONNECTIONS = 16;

export interface ReadRatios {
  readonly get: number[];
  readonly list: number[];
  readonly barePerSecond: number;
  readonly getPerSecond: number;
  readonly listPerSecond: number;
}

export async function compareReads(
  product: ProductSide,
  rounds: number,
  seconds: number,
): Promise<ReadRatios> {
  const created = await product.rpc('tasks.create', { name: 'read me' });
  const bare = spawn(
    process.execPath,
    [new URL('./bare-koa.ts', import.meta.url).pathname, JSON.stringify(created)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [port] = (await once(bare.stdout, 'data')) as [Buffer];
  const bareUrl = `http://127.0.0.1:${String(port).trim()}/tasks`;
  const productUrl = `${product.server.url}/tasks`;
  const get = body('tasks.get', { task_id: created['id'] });
  const list = body('tasks.list', { limit: 20 });
  const seen = { bare: [] as number[], get: [] as number[], list: [] as number[] };
  try {
    await load(productUrl, get, 1);
    for (let turn = 0; turn < rounds; turn++) {
      seen.bare.push(await load(bareUrl, get, seconds));
      seen.get.push(await load(productUrl, get, seconds));
      seen.list.push(await load(productUrl, list, seconds));
    }
  } finally {
    bare.kill();
  }
  const ratio = (values: number[]) =>
    values.map((value, turn) => value / (seen.bare[turn] ?? Number.NaN)).sort((a, b) => a - b);
  return {
    get: ratio(seen.get),
    list: ratio(seen.list),
    barePerSecond: median(seen.bare),
    getPerSecond: median(seen.get),
    listPerSecond: median(seen.list),
  };
}

function body(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

async function load(url: string, text: string, seconds: number): Promise<number> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
    connections: CONNECTIONS,
    duration: seconds,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} errors`);
  return result.requests.average;
}
