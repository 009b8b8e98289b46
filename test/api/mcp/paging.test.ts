/** The list of tools in pages: every tool once, and a cursor that is none of ours is refused. */
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { expect, it, onTestFinished } from 'vitest';
import { createMcpServer, type McpRequest } from '../../../src/api/mcp/mcp-server.ts';
import { METHOD_TABLE } from '../../../src/api/method-table.ts';

it('leads through all tools', async () => {
  const call = {
    identity: { isAdmin: true, roles: [] },
    deps: { settings: { version: '0' }, registry: { all: () => [] } },
  };
  const server = createMcpServer({ call, size: 0, pageSize: 10 } as unknown as McpRequest);
  const [own, others] = InMemoryTransport.createLinkedPair();
  await server.connect(own);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(others);
  onTestFinished(() => client.close());

  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const result = await client.request({
      method: 'tools/list',
      params: cursor === undefined ? {} : { cursor },
    });
    expect(result.tools.length).toBeLessThanOrEqual(10);
    names.push(...result.tools.map(({ name }) => name));
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  expect(names).toHaveLength(METHOD_TABLE.length);
  expect(new Set(names).size).toBe(names.length);
  await expect(client.request({ method: 'tools/list', params: { cursor: 'x' } })).rejects.toMatchObject({
    code: -32602,
  });
});
