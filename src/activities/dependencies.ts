/** What activities are built from. Composed in main.ts; tests compose their own. */
import type { ExecutorSettings, Network, StreamingHttpClient } from '../core/executor.ts';
import type { ExecutorServices } from '../core/executor-services.ts';
import type { ScheduledOutcome, ScheduledStart } from '../core/run-protocol.ts';
import type { TaskStatus } from '../core/task.ts';
import type { FreeTreeLimits } from '../hooks/demo-mode.ts';
import type { HookRunner } from '../hooks/hook-runner.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { LlmBudgetSource, LlmGateway } from '../ports/llm.ts';
import type { LlmKeys } from '../ports/llm-keys.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import type { ReplyWriter } from '../ports/reply-writer.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store, TaskWorkerStore } from '../ports/store.ts';
import type { TreePlanner } from '../ports/tree-generator.ts';
import type { AbortBoard } from './abort-board.ts';
import type { RunMemory } from './run-memory.ts';

export interface ActivityLogger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface ActivityDependencies {
  readonly store: TaskWorkerStore;
  readonly registry: ExecutorRegistry;
  readonly http: StreamingHttpClient;
  readonly network: Network;
  readonly llm: LlmGateway;
  /** Keys of the run's user, opened just before a call. */
  readonly llmKeys: Pick<LlmKeys, 'openForRun'>;
  /** Secret inputs of tasks, opened just before a call. */
  readonly inputSecrets: Pick<InputSecrets, 'open'>;
  readonly planTree: TreePlanner;
  readonly settings: ExecutorSettings;
  readonly services: ExecutorServices;
  readonly hooks: HookRunner;
  /** What a free tree may ask of models on the server's key. */
  readonly freeTreeLimits: FreeTreeLimits;
  readonly llmBudgets: LlmBudgetSource;
  readonly memory: RunMemory;
  readonly aborts: AbortBoard;
  readonly logger: ActivityLogger;
  /** Epoch ms; injected so that tests own the clock. */
  readonly now: () => number;
  /** Counts ended tasks by executor and status; absent = not measured. */
  readonly onTaskEnded?: (task: { executor: string; status: TaskStatus }) => void;
}

/** What the activities beside the executors' own need: those of the worker that runs workflows. */
export interface WorkflowDependencies extends ActivityDependencies {
  readonly store: Store;
  /** Has a task run whose time has come, as if its owner had asked. Repeating it is harmless. Throws `unavailable`. */
  readonly startScheduled: (start: ScheduledStart) => Promise<ScheduledOutcome>;
  readonly sealer: Sealer;
  /** Writes replies of conversations. */
  readonly writeReply: ReplyWriter;
  /** Standard Webhooks headers for a body. `secret` is base64. */
  readonly signWebhook: (message: {
    id: string;
    timestampSeconds: number;
    body: string;
    secret: string;
  }) => Record<string, string>;
}
