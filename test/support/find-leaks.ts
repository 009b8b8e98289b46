/** Looks for secrets wherever a server could have left them: files, Temporal's histories, metrics, answers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import type { TestServer } from './test-server.ts';

export interface Leaks {
  /** Where one of the secrets was found; [] is what a test wants. */
  readonly found: readonly string[];
  /** What was looked through, so that a test can tell that something was. */
  readonly files: readonly string[];
  readonly histories: number;
}

export async function findLeaks(server: TestServer, secrets: readonly string[]): Promise<Leaks> {
  const found: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const secret of secrets) if (bytes.includes(secret)) found.push(`${where}: ${secret.slice(0, 12)}…`);
  };
  const entries = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name));
  for (const file of files) look(file.slice(server.dataDir.length + 1), await readFile(file));
  const histories = await readHistories(server.namespace);
  for (const [workflowId, history] of histories) look(`history of ${workflowId}`, history);
  look('/metrics', Buffer.from(await (await fetch(`${server.url}/metrics`)).text()));
  return {
    found,
    files: files.map((file) => file.slice(server.dataDir.length + 1)),
    histories: histories.length,
  };
}

async function readHistories(namespace: string): Promise<[string, Buffer][]> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  try {
    const client = new Client({ connection, namespace });
    const histories: [string, Buffer][] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const readable = JSON.stringify(history, (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
      );
      histories.push([workflowId, Buffer.from(readable)]);
    }
    return histories;
  } finally {
    await connection.close();
  }
}
