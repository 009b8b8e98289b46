/** Everything that stands in Temporal's histories of a namespace, as text: to look for what must not. */
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';

export async function temporalWords(namespace: string): Promise<{ text: string; workflowIds: string[] }> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  try {
    const client = new Client({ connection, namespace });
    const parts: string[] = [];
    const workflowIds: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      workflowIds.push(workflowId);
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      words(history, parts);
      const described = await client.workflow.getHandle(workflowId, runId).describe();
      words(described.raw, parts);
    }
    return { text: parts.join('\n'), workflowIds };
  } finally {
    await connection.close();
  }
}

/** Payloads are bytes. */
function words(value: unknown, parts: string[]): void {
  if (typeof value === 'string') parts.push(value);
  else if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString());
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      parts.push(key);
      words(member, parts);
    }
}
