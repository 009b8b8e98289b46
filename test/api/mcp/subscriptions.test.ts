/** Nothing is announced here, so a subscription must not hold a connection: it is over as soon as it is acknowledged. */
import { expect, it, onTestFinished } from 'vitest';
import { createMemoryStore } from '../support/memory-store.ts';
import { startTestApi } from '../support/test-api.ts';

const VERSION = '2026-07-28';
const message = {
  jsonrpc: '2.0',
  id: 1,
  method: 'subscriptions/listen',
  params: {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};
const headers = {
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': VERSION,
  'mcp-method': message.method,
};

it('is acknowledged and over', async () => {
  const api = await startTestApi(createMemoryStore());
  onTestFinished(() => api.stop());
  const response = await api.post('/mcp', message, headers);
  expect(response.status).toBe(200);
  const said = (await response.text()).match(/^data: .+$/gm)?.map((line) => JSON.parse(line.slice(6)));
  expect(said).toMatchObject([
    { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
    { id: 1, result: {} },
  ]);
});
