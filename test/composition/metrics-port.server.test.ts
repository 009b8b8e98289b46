/** METRICS_PORT takes the measurements off the public port. */
import { expect, it, onTestFinished } from 'vitest';
import { startTestServer } from '../support/test-server.ts';

const statusOf = async (url: string) => (await fetch(url)).status;

it('serves /metrics on METRICS_PORT alone, and stops with the server', async () => {
  const server = await startTestServer({ env: { METRICS_PORT: '0' } });
  let isStopped = false;
  onTestFinished(async () => {
    if (!isStopped) await server.stop();
  });
  const { metricsUrl } = server.app;
  if (metricsUrl === null) throw new Error('No metrics port');
  await server.call('tasks.count');
  const response = await fetch(metricsUrl);
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toContain('taskgrove_rpc_calls_total{method="tasks.count",code="ok"} 1');
  expect(await statusOf(`${server.url}/metrics`)).toBe(404);
  expect(await statusOf(metricsUrl.replace('/metrics', '/tasks'))).toBe(404);
  await server.stop();
  isStopped = true;
  await expect(fetch(metricsUrl)).rejects.toThrow();
});
