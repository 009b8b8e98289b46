/** `/metrics`: our families with countable labels, Temporal's beside them, and ours alone when those cannot be read. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';

it('counts requests by route template and 5xx as errors', async () => {
  const metrics = createMetrics({ coreAddress: null });
  metrics.observeRequest({ method: 'GET', route: '/runs/:run_id', status: 200, durationMs: 20 });
  metrics.observeRequest({ method: 'GET', route: '/runs/:run_id', status: 503, durationMs: 5 });
  const { body, contentType } = await metrics.render();
  expect(contentType).toContain('text/plain');
  expect(body).toContain('http_requests_total{method="GET",path="/runs/:run_id",status="200"} 1');
  expect(body).toContain('http_errors_total{method="GET",path="/runs/:run_id"} 1');
  expect(body).toContain(
    'http_request_duration_seconds_sum{method="GET",path="/runs/:run_id",status="200"} 0.02',
  );
});

it('counts calls, runs, tasks and open streams', async () => {
  const metrics = createMetrics({ coreAddress: null });
  metrics.observeCall({ method: 'tasks.create', code: 'ok', durationMs: 3 });
  metrics.observeRunStarted();
  metrics.observeRunEnded({ status: 'failed', durationMs: 40 });
  metrics.observeTask({ executor: 'rest_executor', status: 'completed' });
  metrics.observeStreams(3);
  const { body } = await metrics.render();
  expect(body).toContain('taskgrove_rpc_calls_total{method="tasks.create",code="ok"} 1');
  expect(body).toContain('taskgrove_runs_started_total 1');
  expect(body).toContain('taskgrove_runs_ended_total{status="failed"} 1');
  expect(body).toContain('taskgrove_tasks_total{executor="rest_executor",status="completed"} 1');
  expect(body).toContain('taskgrove_event_streams_open 3');
  expect(body).toContain('process_cpu_seconds_total');
});

it('shows the metrics of Temporal beside its own, each family once', async () => {
  const core = createServer((_request, response) => {
    response.end('# TYPE temporal_workflow_completed counter\ntemporal_workflow_completed 7\n');
  });
  await new Promise<void>((resolve) => core.listen(0, '127.0.0.1', resolve));
  const { port } = core.address() as AddressInfo;
  const { body } = await createMetrics({ coreAddress: `127.0.0.1:${port}` }).render();
  core.close();
  expect(body).toContain('\ntemporal_workflow_completed 7\n');
  const families = [...body.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  expect(new Set(families).size).toBe(families.length);
  expect(body).not.toContain('\n\n# TYPE temporal');
});

it('serves the rest when the metrics of Temporal cannot be read', async () => {
  const { body } = await createMetrics({ coreAddress: '127.0.0.1:1' }).render();
  expect(body).toContain('# Temporal core metrics are not available');
  expect(body).toContain('process_cpu_seconds_total');
});
