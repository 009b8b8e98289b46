/** The SDK's handler for both eras of the protocol, stateless: every request makes its server anew. */
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server';
import type { Logger } from '../../ports/telemetry.ts';
import { createMcpServer, type McpRequest } from './mcp-server.ts';

/** Streams of subscriptions that one process keeps; nothing is announced on them, as no list ever changes. */
const MAX_SUBSCRIPTIONS = 100;

export interface McpHandler {
  /** `parsedBody` is the request's body: it was read and checked before. */
  handle(request: Request, parsedBody: unknown, about: McpRequest): Promise<Response>;
}

export function createHandler(logger: Logger): McpHandler {
  const handler = createMcpHandler(({ authInfo }) => createMcpServer(aboutOf(authInfo)), {
    maxSubscriptions: MAX_SUBSCRIPTIONS,
    onerror: (error) => logger.debug({ err: error }, 'MCP request refused'),
  });
  return {
    handle: (request, parsedBody, about) =>
      handler.fetch(request, {
        parsedBody,
        // The SDK hands this through to the factory untouched: who asks was found out before.
        authInfo: { token: '', clientId: about.call.identity.userId, scopes: [], extra: { about } },
      }),
  };
}

function aboutOf(authInfo: AuthInfo | undefined): McpRequest {
  const about = authInfo?.extra?.['about'];
  if (about === undefined) throw new Error('The request came without its caller');
  return about as McpRequest;
}
