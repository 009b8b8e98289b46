/**
 * Records the scenarios' histories: `node test/replay/record.ts [name …]`. Run at a release, when a path is new; never to
 * hide a break.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startApp } from '../../src/composition/start-app.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { startSlowService } from '../support/slow-service.ts';
import { SCENARIOS } from './scenarios.ts';

const folder = new URL('./histories/', import.meta.url);
const service = await startSlowService();
const provider = await startFakeProvider();
const wanted = process.argv.slice(2);
for (const scenario of SCENARIOS) {
  if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-record-'));
  const config = loadConfig({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATA_DIR: dataDir,
    PORT: '0',
    ALLOW_PRIVATE_URLS: '1',
    RATE_LIMIT_ENABLED: 'false',
    OPENAI_BASE_URL: provider.baseUrl,
  });
  const logger = createLogger({ level: 'warn', file: join(dataDir, 'log') });
  const { continueAfterEvents } = scenario;
  const limits = continueAfterEvents === undefined ? {} : { continueAfterEvents };
  const app = await startApp({ config, logger, onProgress: console.log, limits });
  const call = async (method: string, params: object) => {
    const response = await fetch(`${app.url}/tasks`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result: Record<string, unknown>; error?: unknown };
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const rootId = await scenario.run(call, service);
  const record = await readFile(join(dataDir, 'temporal', 'server.json'), 'utf8');
  const { port } = JSON.parse(record) as { port: number };
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  const client = new Client({ connection, namespace: config.temporalNamespace });
  let part = 0;
  const { workflowType = 'runTree' } = scenario;
  for await (const found of client.workflow.list({ query: `WorkflowType="${workflowType}"` })) {
    // `tree:<user>:<root>:<n>`, `scheduled:<user>:<task>-<time>`.
    if (![`:${rootId}:`, `:${rootId}-`].some((one) => found.workflowId.includes(one))) continue;
    const handle = client.workflow.getHandle(found.workflowId, found.runId);
    await handle.result().catch(() => undefined);
    const history = await handle.fetchHistory();
    const name = `${scenario.name}${part === 0 ? '' : `-${part}`}.json`;
    const text = JSON.stringify(JSON.parse(historyToJSON(history)), withoutTraces);
    await writeFile(
      new URL(name, folder),
      `${text}
`,
    );
    console.log(`${name}: ${history.events?.length ?? 0} events`);
    part++;
  }
  await connection.close();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
}
await service.stop();
await provider.stop();

/** Stack traces and worker names say where it was recorded, which is nobody's business and differs each time. */
function withoutTraces(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return key === 'identity' ? 'worker' : value;
}
