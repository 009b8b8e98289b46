/** Promise: accepted is durable. SIGKILL of API and worker within 50 ms after a 200; the run exists in store and Temporal. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { ServerProcess } from '../support/server-process.ts';

const FOUND_WITHIN_MS = 20_000;

export async function killAfterAnswer(server: ServerProcess, temporalAddress: string): Promise<string[]> {
  const rootId = `answer-${randomUUID().slice(0, 8)}`;
  const tasks = [
    {
      id: rootId,
      name: 'root',
      schemas: { method: 'aggregate_results_executor' },
      dependencies: [`${rootId}-a`],
    },
    { id: `${rootId}-a`, name: 'a', parent_id: rootId, schemas: { method: 'system_info_executor' } },
  ];
  const answer = (await server.rpc('tasks.execute', { tasks, wait_seconds: 0 })) as { run_id: string };
  await delay(Math.random() * 50);
  await server.kill();
  await server.start();
  const run = (await server.rpc('runs.get', { run_id: answer.run_id })) as { workflow_id: string } | null;
  if (run === null) return [`run ${answer.run_id} is not in the store`];
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const client = new Client({ connection, namespace: 'taskgrove' });
    const deadline = performance.now() + FOUND_WITHIN_MS;
    for (;;) {
      try {
        await client.workflow.getHandle(run.workflow_id).describe();
        return [];
      } catch (error) {
        if (performance.now() > deadline) return [`${run.workflow_id} is not in Temporal: ${String(error)}`];
        await delay(100);
      }
    }
  } finally {
    await connection.close();
  }
}
