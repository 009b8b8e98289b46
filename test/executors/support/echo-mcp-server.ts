/** An MCP server of the SDK's own with a few tools and a resource; what it was asked is kept. */
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** What tools/call brought, one entry a call. */
export interface SeenCall {
  readonly text: string;
  readonly key: unknown;
}

export function echoMcpServer(seen: SeenCall[] = []): McpServer {
  const server = new McpServer({ name: 'echo', version: '1' });
  server.registerTool(
    'echo',
    { description: 'Says it again', inputSchema: z.object({ text: z.string() }) },
    async ({ text }, { mcpReq }) => {
      seen.push({ text, key: mcpReq._meta?.['taskgrove/idempotency-key'] });
      return { content: [{ type: 'text', text }], structuredContent: { text } };
    },
  );
  server.registerTool('break', { description: 'Fails', inputSchema: z.object({}) }, async () => ({
    isError: true,
    content: [{ type: 'text', text: 'out of order' }],
  }));
  server.registerTool(
    'sleep',
    { description: 'Never ends', inputSchema: z.object({}) },
    (_given, context) => {
      return new Promise((_, reject) => {
        context.mcpReq.signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    },
  );
  server.registerTool('huge', { description: 'Says too much', inputSchema: z.object({}) }, async () => ({
    content: [{ type: 'text', text: 'a'.repeat(9 * 1024 * 1024) }],
  }));
  server.registerResource('note', 'note://one', { mimeType: 'text/plain' }, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'a note' }],
  }));
  return server;
}
