/** The product side: the server as `npm start` runs it, called over HTTP with kept-alive connections. */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { freePort, ServerProcess } from '../test/support/server-process.ts';

export interface ProductSide {
  readonly server: ServerProcess;
  readonly startMs: number;
  rpc(method: string, params: object): Promise<Record<string, unknown>>;
  oneTask(): Promise<unknown>;
  fiftyTasks(): Promise<unknown>;
  /** A tree of `count` batchable leaves; the answer of tasks.execute. */
  fanOut(count: number): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export async function startProductSide(dataDir: string, env: Record<string, string>): Promise<ProductSide> {
  const server = new ServerProcess({ dataDir, port: await freePort(), env: { LOG_LEVEL: 'warn', ...env } });
  const startMs = await server.start();
  const pool = new Pool(server.url, {
    connections: 64,
    pipelining: 1,
    headersTimeout: 600_000,
    bodyTimeout: 600_000,
  });
  const rpc = async (method: string, params: object) => {
    const { body } = await pool.request({
      path: '/tasks',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = (await body.json()) as { result?: Record<string, unknown>; error?: unknown };
    if (answer.result === undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  const execute = async (tasks: object[], waitSeconds = 25) => {
    const result = await rpc('tasks.execute', { tasks, wait_seconds: waitSeconds });
    if (result['tree_status'] !== 'completed') throw new Error(`Not completed: ${JSON.stringify(result)}`);
    return result;
  };
  return {
    server,
    startMs,
    rpc,
    oneTask: () => execute([info('one')]),
    fiftyTasks: () => execute(gathered(Array.from({ length: 50 }, (_, number) => info(`leaf ${number}`)))),
    fanOut: (count) => execute(gathered(Array.from({ length: count }, (_, number) => mapped(number))), 300),
    stop: async () => {
      await pool.close();
      await server.stop();
    },
  };
}

function info(name: string): Record<string, unknown> {
  return { id: randomUUID(), name, schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } };
}

function mapped(number: number): Record<string, unknown> {
  return {
    id: randomUUID(),
    name: `leaf ${number}`,
    schemas: { method: 'map_executor' },
    inputs: { items: [number], executor: 'system_info_executor', inputs: { resource: 'cpu' } },
  };
}

/** The leaves under a root that collects them. */
function gathered(leaves: Record<string, unknown>[]): object[] {
  const id = randomUUID();
  const dependencies = leaves.map((leaf) => leaf['id']);
  const root = { id, name: 'root', schemas: { method: 'aggregate_results_executor' }, dependencies };
  return [root, ...leaves.map((leaf) => ({ ...leaf, parent_id: id }))];
}
