/**
 * (j) How long a word of a model is on its way: from the provider's socket to the client of an event stream, in one
 * process and through PostgreSQL with a worker of its own. Each word is the time at which it was sent.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../src/client/client.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { freePort, ServerProcess } from '../test/support/server-process.ts';

const STREAMS = 4;
const WORD_MS = 15;

export interface Delays {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly words: number;
}

/** API and worker in one process, DuckDB. */
export async function delaysInOneProcess(temporalAddress: string, words: number): Promise<Delays> {
  return measure(words, async (env, dataDir) => {
    const server = new ServerProcess({
      dataDir,
      port: await freePort(),
      env: { ...env, TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: 'bench-tokens' },
    });
    await server.start();
    return { url: server.url, stop: async () => void (await server.stop()) };
  });
}

/** API and worker in two processes that share PostgreSQL. */
export async function delaysThroughWorker(temporalAddress: string, words: number): Promise<Delays> {
  const postgres = await startPostgres();
  try {
    return await measure(words, async (env, dataDir) => {
      const shared = {
        ...env,
        TEMPORAL_ADDRESS: temporalAddress,
        TEMPORAL_NAMESPACE: 'bench-tokens-split',
        DATABASE_URL: postgres.url,
        TASKGROVE_SECRET: 'the secret of this measurement, long enough',
      };
      const start = async (role: string) => {
        const port = await freePort();
        const options = { dataDir: join(dataDir, role), port, env: { ...shared, ROLE: role } };
        const server = new ServerProcess(options);
        await server.start();
        return server;
      };
      const api = await start('api');
      const worker = await start('worker');
      const stop = async () => {
        await worker.stop();
        await api.stop();
      };
      return { url: api.url, stop };
    });
  } finally {
    await postgres.stop();
  }
}

type Start = (
  env: Record<string, string>,
  dataDir: string,
) => Promise<{ readonly url: string; stop(): Promise<void> }>;

async function measure(words: number, start: Start): Promise<Delays> {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-bench-tokens-'));
  const provider = await startClock(words);
  const env = { OPENAI_BASE_URL: provider.baseUrl, OPENAI_MODEL: 'clock', LOG_LEVEL: 'warn' };
  const server = await start(env, dataDir);
  try {
    await stream(server.url);
    const delays = (await Promise.all(Array.from({ length: STREAMS }, () => stream(server.url)))).flat();
    delays.sort((left, right) => left - right);
    const at = (share: number) => delays[Math.floor(delays.length * share)] ?? Number.NaN;
    return { p50Ms: at(0.5), p95Ms: at(0.95), words: delays.length };
  } finally {
    await server.stop();
    provider.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Milliseconds each word took. */
async function stream(url: string): Promise<number[]> {
  const tasks = [
    { name: 'clock', schemas: { method: 'llm_executor' }, inputs: { prompt: 'What time is it?' } },
  ];
  const delays: number[] = [];
  for await (const { type, data } of createClient({ url }).execute({ tasks }, { stream: true })) {
    const now = Date.now();
    if (type === 'task_delta')
      for (const word of String(data['text']).trim().split(' ')) delays.push(now - Number(word));
    if (type === 'task_failed') throw new Error(String(data['error']));
  }
  return delays;
}

/** Speaks OpenAI's stream; a word every few milliseconds, and each is the time. */
async function startClock(words: number): Promise<{ readonly baseUrl: string; stop(): void }> {
  const server = createServer((request, response) => {
    void (async () => {
      request.resume();
      await once(request, 'end');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (choice: object) =>
        response.write(
          `data: ${JSON.stringify({ id: 'c', model: 'clock', choices: [{ index: 0, ...choice }] })}\n\n`,
        );
      for (let count = 0; count < words; count++) {
        send({ delta: { content: `${Date.now()} ` }, finish_reason: null });
        await pause(WORD_MS);
      }
      send({ delta: {}, finish_reason: 'stop' });
      response.end('data: [DONE]\n\n');
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, stop: () => server.close() };
}
