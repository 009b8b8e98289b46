/** The echo server as a program: over standard streams. Its first line is a greeting, as some programs have. */
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { echoMcpServer } from './echo-mcp-server.ts';

console.log('echo server, at your service');
console.error(`key: ${process.env['ECHO_KEY'] ?? 'none'}`);
await echoMcpServer().connect(new StdioServerTransport());
