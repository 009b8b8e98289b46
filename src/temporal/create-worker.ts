/** A worker for the trees queue (or a named one). Sizes come from measurements: see the comments. */
import type { PayloadCodec } from '@temporalio/common';
import { type NativeConnection, Worker } from '@temporalio/worker';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** null: no workflows here, only the tasks of a named queue. */
  readonly bundlePath: string | null;
  readonly activities: Record<string, (input: never) => Promise<unknown>>;
  readonly codec: PayloadCodec | null;
  readonly shutdownGraceMs: number;
}

/** Runs that may be in flight with room to spare: local activities hold their workflow's slot. */
const WORKFLOW_SLOTS = 150;
/** Too small a cache stalls local activities for 45 s; at least twice the runs in flight. */
const CACHED_WORKFLOWS = 400;
const ACTIVITY_SLOTS = 200;
/** Cancellations travel with heartbeats: throttled to 80 % of the timeout they would take seconds. */
const HEARTBEAT_THROTTLE_MS = 500;
const FORCE_MARGIN_MS = 5_000;

export function createWorker(options: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    ...(options.bundlePath === null ? {} : { workflowBundle: { codePath: options.bundlePath } }),
    activities: options.activities,
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_SLOTS,
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    maxConcurrentLocalActivityExecutions: ACTIVITY_SLOTS,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    reuseV8Context: true,
    workflowThreadPoolSize: 1,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: options.shutdownGraceMs,
    shutdownForceTime: options.shutdownGraceMs + FORCE_MARGIN_MS,
    ...(options.codec === null ? {} : { dataConverter: { payloadCodecs: [options.codec] } }),
  });
}
