/** Everything `/metrics` shows: our own counters and histograms, the process, and Temporal's core metrics beside them. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RunStatus } from '../core/run.ts';
import type { TaskStatus } from '../core/task.ts';
import type {
  ApiMetrics,
  HookMetrics,
  LlmMetrics,
  PersonaMetrics,
  SafetyMetrics,
} from '../ports/telemetry.ts';
import { appMetrics } from './app-metrics.ts';
import { conversationMetrics } from './conversation-metrics.ts';
import { readCoreMetrics } from './read-core-metrics.ts';
import { safetyMetrics } from './safety-metrics.ts';

/** Seconds; those of requests are the ones existing dashboards know. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BUCKETS = [...REQUEST_BUCKETS, 30];

export interface Metrics extends ApiMetrics, HookMetrics, LlmMetrics, SafetyMetrics, PersonaMetrics {
  /** A run was accepted. */
  observeRunStarted(): void;
  /** A run reached its end, `durationMs` after it was accepted. */
  observeRunEnded(run: { readonly status: RunStatus; readonly durationMs: number }): void;
  /** A task reached a terminal status. Executor ids are a closed set, so they can be labels. */
  observeTask(task: { readonly executor: string; readonly status: TaskStatus }): void;
  readonly registry: Registry;
}

export interface MetricsOptions {
  /** `127.0.0.1:port` where the Temporal SDK serves its metrics; null = it does not. */
  readonly coreAddress: string | null;
}

/** Makes a registry of its own, so that tests and several servers in one process do not share counts. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...requestMetrics(registry),
    ...runMetrics(registry),
    ...hookMetrics(registry),
    ...llmMetrics(registry),
    ...safetyMetrics(registry),
    ...appMetrics(registry),
    async render() {
      const [own, core] = await Promise.all([registry.metrics(), coreText(options.coreAddress)]);
      return { contentType: registry.contentType, body: core === '' ? own : `${own.trimEnd()}\n${core}` };
    },
  };
}

function requestMetrics(registry: Registry) {
  const registers = [registry];
  const requestLabels = ['method', 'path', 'status'] as const;
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'HTTP requests by route template.',
    labelNames: requestLabels,
    registers,
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer HTTP requests.',
    labelNames: requestLabels,
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'http_errors_total',
    help: 'HTTP requests answered with a 5xx status.',
    labelNames: ['method', 'path'] as const,
    registers,
  });
  const calls = new Counter({
    name: 'taskgrove_rpc_calls_total',
    help: 'JSON-RPC calls by method and outcome (ok or an error code).',
    labelNames: ['method', 'code'] as const,
    registers,
  });
  const callDurations = new Histogram({
    name: 'taskgrove_rpc_call_duration_seconds',
    help: 'Time to answer JSON-RPC calls.',
    labelNames: ['method'] as const,
    buckets: BUCKETS,
    registers,
  });
  const conversations = conversationMetrics(registry, BUCKETS);
  const streams = new Gauge({ name: 'taskgrove_event_streams_open', help: 'Open event streams.', registers });

  return {
    observeConversation: conversations.observeConversation,
    observeRequest: (request) => {
      const { method, route, status, durationMs } = request;
      conversations.observeRequest(request);
      const labels = { method, path: route, status: String(status) };
      requests.inc(labels);
      durations.observe(labels, durationMs / 1000);
      if (status >= 500) failures.inc({ method, path: route });
    },
    observeCall: ({ method, code, durationMs }) => {
      calls.inc({ method, code });
      callDurations.observe({ method }, durationMs / 1000);
    },
    observeStreams: (open) => streams.set(open),
  } satisfies Omit<ApiMetrics, 'render' | 'observeApp'>;
}

function runMetrics(registry: Registry) {
  const registers = [registry];
  const started = new Counter({ name: 'taskgrove_runs_started_total', help: 'Runs accepted.', registers });
  const ended = new Counter({
    name: 'taskgrove_runs_ended_total',
    help: 'Runs ended, by status.',
    labelNames: ['status'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'taskgrove_run_duration_seconds',
    help: 'Time from acceptance to the end of a run.',
    labelNames: ['status'] as const,
    buckets: [...BUCKETS, 60, 300, 3600],
    registers,
  });
  const tasks = new Counter({
    name: 'taskgrove_tasks_total',
    help: 'Tasks that reached a terminal status, by executor.',
    labelNames: ['executor', 'status'] as const,
    registers,
  });
  return {
    observeRunStarted: () => started.inc(),
    observeRunEnded: ({ status, durationMs }) => {
      ended.inc({ status });
      durations.observe({ status }, durationMs / 1000);
    },
    observeTask: ({ executor, status }) => tasks.inc({ executor, status }),
  } satisfies Pick<Metrics, 'observeRunStarted' | 'observeRunEnded' | 'observeTask'>;
}

function hookMetrics(registry: Registry): HookMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: 'taskgrove_hook_calls_total',
    help: 'Calls of lifecycle hooks, by hook, point and outcome.',
    labelNames: ['hook', 'point', 'outcome'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'taskgrove_hook_duration_seconds',
    help: 'Time lifecycle hooks took.',
    labelNames: ['hook', 'point'] as const,
    buckets: BUCKETS,
    registers,
  });
  return {
    observeHook: ({ hook, point, outcome, durationMs }) => {
      calls.inc({ hook, point, outcome });
      durations.observe({ hook, point }, durationMs / 1000);
    },
  };
}

function llmMetrics(registry: Registry): LlmMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: 'taskgrove_llm_calls_total',
    help: 'Calls of models by provider and outcome (answered, circuit_open or an error code).',
    labelNames: ['provider', 'outcome'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'taskgrove_llm_call_duration_seconds',
    help: 'Time models took, to the last word.',
    labelNames: ['provider'] as const,
    buckets: [...BUCKETS, 60, 120, 300],
    registers,
  });
  const circuits = new Counter({
    name: 'taskgrove_llm_circuit_changes_total',
    help: 'Changes of circuit breakers, by provider and new state (closed, open, half_open).',
    labelNames: ['provider', 'state'] as const,
    registers,
  });
  return {
    observeLlmCall: ({ provider, outcome, durationMs }) => {
      calls.inc({ provider, outcome });
      if (outcome !== 'circuit_open') durations.observe({ provider }, durationMs / 1000);
    },
    observeCircuit: ({ provider, state }) => circuits.inc({ provider, state }),
  };
}

/** Without the core's part the rest is still worth serving; a comment says that it is missing. */
async function coreText(address: string | null): Promise<string> {
  if (address === null) return '';
  try {
    return await readCoreMetrics(address);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' ');
    return `# Temporal core metrics are not available: ${reason}\n`;
  }
}
