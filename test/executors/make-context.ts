/** Builds an executor's context for tests: everything has a harmless default, and what was emitted is kept. */
import { tmpdir } from 'node:os';
import { AppError } from '../../src/core/errors.ts';
import type { AnyExecutor, ExecutorContext, ExecutorSettings } from '../../src/core/executor.ts';
import type { ExecutorServices } from '../../src/core/executor-services.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { testSafety } from '../safety/test-safety.ts';

export const testSettings: ExecutorSettings = {
  allowedExecutors: new Set(),
  // Nothing runs unless it is named; `no-such-program` is for the test of a program that is named but missing.
  commandWhitelist: ['cat', 'echo', 'env', 'head', 'ls', 'no-such-program', 'printf', 'pwd', 'sh', 'sleep'],
  filesDir: tmpdir(),
  demoSleepScale: 0,
};

const NO_MODEL: ExecutorContext<unknown>['llm'] = {
  chat: async () => {
    throw new AppError('llm_key_missing', 'A test without a model asked one');
  },
  // biome-ignore lint/correctness/useYield: it refuses before the first piece
  async *stream() {
    throw new AppError('llm_key_missing', 'A test without a model asked one');
  },
  route: async () => {
    throw new AppError('llm_key_missing', 'A test without a model asked for one');
  },
};

async function noNetwork({ url, host }: { url?: string; host?: string }): Promise<never> {
  throw new AppError('blocked_address', `A test that needs no network asked for ${url ?? host}`);
}

/** A test gives the parts that it needs. */
const noServices: ExecutorServices = {
  experiments: { assign: noService, leaderboard: noService },
  studies: { save: noService },
  safety: testSafety(),
  personas: { getMany: noService, save: noService, backup: noService },
  conversations: { reply: noService },
};

async function noService(): Promise<never> {
  throw new AppError('task_failed', 'A test that needs no part of the server asked for one');
}

async function noExecutor(executorId: string): Promise<never> {
  throw new AppError('executor_unknown', `No executor ${executorId} in this test`);
}

export interface EmittedProgress {
  readonly progress: number;
  readonly message: string | undefined;
}

export type TestContext = ExecutorContext<unknown> & {
  readonly emitted: EmittedProgress[];
  /** Pieces of output in order. */
  readonly deltas: string[];
};

/** `input` is parsed by the executor's own schema, as the real wrapper does. Anything else may be overridden. */
export function makeContext(
  executor: AnyExecutor,
  input: JsonObject,
  overrides: Partial<ExecutorContext<unknown>> = {},
): TestContext {
  const emitted: EmittedProgress[] = [];
  const deltas: string[] = [];
  const llm = overrides.llm ?? NO_MODEL;
  const runExecutor = overrides.runExecutor ?? noExecutor;
  return {
    input: executor.input.parse(input),
    rawInput: input,
    params: {},
    task: { id: 'task-1', name: 'a test', userId: 'user-1' },
    dependencies: new Map(),
    signal: new AbortController().signal,
    idempotencyKey: 'run-1:task-1',
    attempt: 1,
    http: { request: noNetwork, stream: noNetwork },
    network: {
      connect: noNetwork,
      resolve: async (host) => noNetwork({ host }),
    },
    logger: { info: () => undefined, warn: () => undefined },
    emit: (progress, message) => emitted.push({ progress, message }),
    emitDelta: (text) => deltas.push(text),
    llm,
    runExecutor,
    step: (_name, work) => work({ idempotencyKey: 'run-1:task-1:step', llm, runExecutor }),
    askPerson: async () => ({ kind: 'approved', by: 'user-1', comment: null, at: '2026-01-01T00:00:00Z' }),
    skip: (reason) => {
      throw new SkippedInTest(reason);
    },
    executors: { find: () => undefined },
    generateTree: async () => ({ tasks: [], model: null, repairs: 0 }),
    settings: testSettings,
    services: noServices,
    ...overrides,
    emitted,
    deltas,
  };
}

/** What `skip` throws here. */
export class SkippedInTest extends Error {}
