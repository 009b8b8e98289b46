/** The raw side in this process: client and worker on one native connection, as the product has them. */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { fanOut, oneLocal, oneNormal } from './raw-workflows.ts';

const QUEUE = 'raw';

export interface RawSide {
  readonly client: Client;
  oneLocal(): Promise<unknown>;
  oneNormal(): Promise<unknown>;
  fanOut(count: number): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startRawSide(address: string, namespace: string): Promise<RawSide> {
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./raw-workflows.ts', import.meta.url)),
    }),
    activities: {
      work: async () => ({ system: 'Linux', cores: null, brand: cpus()[0]?.model ?? '' }),
      gather: async (results: unknown[]) => ({ count: results.length }),
    },
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentActivityTaskExecutions: 200,
    maxConcurrentLocalActivityExecutions: 200,
    maxCachedWorkflows: 400,
    reuseV8Context: true,
    workflowThreadPoolSize: 1,
  });
  const done = worker.run();
  const base = () => ({ taskQueue: QUEUE, workflowId: `raw-${randomUUID()}`, requestEagerStart: true });
  return {
    client,
    oneLocal: () => client.workflow.execute<typeof oneLocal>('oneLocal', base()),
    oneNormal: () => client.workflow.execute<typeof oneNormal>('oneNormal', base()),
    fanOut: (count) => client.workflow.execute<typeof fanOut>('fanOut', { ...base(), args: [count] }),
    stop: async () => {
      worker.shutdown();
      await done;
      await connection.close();
    },
  };
}
