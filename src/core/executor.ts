/**
 * The executor contract: code that does one kind of task. A file in `executors/` default-exports
 * `defineExecutor({...})`; dropping it in is all it takes. Metadata is derived from the definition, never repeated.
 */
import type { z } from 'zod';
import type { ContainerEngine } from './container-engine.ts';
import type { ExecutorServices } from './executor-services.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { LlmClient } from './llm/chat.ts';
import type { MailAccount } from './mail-account.ts';
import type { Network } from './network.ts';

export type { ConnectRequest, Network } from './network.ts';
export { inputsOf, SECRET, secretNames } from './secrets/secret-field.ts';

/**
 * Where a task runs. `inline`: quick, in-process, idempotent, and no input can make it slow: the ready frontier is
 * fused into one local activity. `activity`: network and slow work, one Temporal activity a task.
 * `wait`: nothing runs; the workflow waits for a time or a decision.
 */
export type Placement = 'inline' | 'activity' | 'wait';

export interface ExecutorLogger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

/** An HTTP call over the guarded client: private addresses refused at connect, redirects re-checked, capped. */
export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Total time to the last byte. Default 30,000. */
  readonly timeoutMs?: number;
  /** Largest body accepted, after decompression. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Default true. */
  readonly verifyTls?: boolean;
  /** Redirects followed (each target checked). Default 5. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}
export interface HttpResponse {
  readonly status: number;
  /** After redirects. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
export interface HttpClient {
  /** Throws AppError: `blocked_address`, `task_timeout`, `task_transient` (network), `task_failed` (too large, bad URL). */
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** A call whose answer is read while it comes. */
export interface HttpStreamRequest extends HttpRequest {
  /** Longest silence between two pieces of the body. Default: only `timeoutMs` counts. */
  readonly idleTimeoutMs?: number;
}
export interface HttpStreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked, at most `maxBytes`; throws as `request` does. Leaving the loop closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}
export interface StreamingHttpClient extends HttpClient {
  /** Resolves with the headers. */
  stream(request: HttpStreamRequest): Promise<HttpStreamResponse>;
}

/** How a waiting task was woken. */
export interface WaitDecision {
  readonly kind: 'elapsed' | 'approved' | 'rejected';
  readonly by: string | null;
  readonly comment: string | null;
  /** ISO-8601 UTC. */
  readonly at: string;
}

/** What an executor gets. It must stop within a second of `signal` firing. */
export interface ExecutorContext<Input> {
  /** Validated by the executor's own schema. */
  readonly input: Input;
  /** The task's inputs with all that dependencies injected, unvalidated: for executors that gather. */
  readonly rawInput: JsonObject;
  readonly params: JsonObject;
  readonly task: { readonly id: string; readonly name: string; readonly userId: string };
  /** Results of the task's dependencies by task id, in dependency order. */
  readonly dependencies: ReadonlyMap<string, JsonValue>;
  readonly signal: AbortSignal;
  /** The same for every attempt at this task in this run: pass it on to whatever has an effect. */
  readonly idempotencyKey: string;
  /** 1 on the first call. */
  readonly attempt: number;
  readonly http: StreamingHttpClient;
  /** For protocols that are not HTTP; the same addresses are refused. */
  readonly network: Network;
  readonly logger: ExecutorLogger;
  /** Progress 0..1 of this task, streamed to clients; kept when the task ends. */
  emit(progress: number, message?: string): void;
  /**
   * A piece of the output while it is made (a model's tokens): streamed to clients within 30 ms, never stored. A retry
   * announces itself, so that clients drop what they have.
   */
  emitDelta(text: string): void;
  /** Models. Only for executors that declare `usesLlm`; others get one that refuses. */
  readonly llm: LlmClient;
  /** Runs one task shape through another executor by id, e.g. for a map. Throws what that executor throws. */
  runExecutor(executorId: string, input: JsonObject, params?: JsonObject): Promise<JsonValue>;
  /**
   * Does a part of the work once: its JSON result is stored before this resolves, and an attempt that takes over (after
   * a failure, a lost worker, a wait) is given it instead. Call steps in the same order each time, and with the same
   * names; what is asked of models and executors in it goes through `step`, whose calls are numbered within it. A step
   * that throws is not kept. Only for executors that declare `hasSteps`; others, and executors that these call, just do
   * the work.
   */
  step<Result>(name: string, work: (step: StepCalls) => Promise<Result>): Promise<Result>;
  /**
   * A step whose result is a person's decision: the attempt ends here, the task waits, and the attempt that follows the
   * decision gets it. Nothing else of the executor may run at that time. Throws `task_failed` where nothing can wait.
   */
  askPerson(name: string, question: PersonQuestion): Promise<WaitDecision>;
  /**
   * Ends the task as skipped: tasks that require it are skipped too, and the tree does not fail for it. The executed
   * task itself is never skipped: it completes with `result`.
   */
  skip(reason: string, result: JsonValue): never;
  /** Plans a tree with the task's own model client, valid as `tasks.create` takes it. Nothing is stored. `usesLlm` only. */
  generateTree(plan: TreePlan): Promise<PlannedTree>;
  /** The executors there are, to offer them to a model or to check a call before it is made. */
  readonly executors: ExecutorCatalog;
  /** Set only for placement `wait`, when it wakes. */
  readonly decision?: WaitDecision;
  /** Parts of the server that executors work with: safety rules, personas, conversations … */
  readonly services: ExecutorServices;
  /** Settings an executor may read: `settings.commandWhitelist` …; never process.env. */
  readonly settings: ExecutorSettings;
}

/** What the work of one step calls, counted for the step and under a key of its own. */
export type StepCalls = Pick<ExecutorContext<unknown>, 'idempotencyKey' | 'llm' | 'runExecutor'>;

export interface TreePlan {
  readonly requirement: string;
  /** Facts the plan may use; null = none. */
  readonly context: JsonValue | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface PlannedTree {
  /** Drafts, root first. */
  readonly tasks: readonly JsonObject[];
  readonly model: string | null;
  /** Times the model had to correct its plan. */
  readonly repairs: number;
}

export interface PersonQuestion {
  readonly message: string;
  /** Epoch ms at which time decides (`elapsed`); absent = as long as it takes. */
  readonly untilMs?: number;
}

export interface ExecutorCatalog {
  /** By id or alias; undefined when unknown. */
  find(executorId: string): CatalogEntry | undefined;
}

export interface CatalogEntry {
  readonly id: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly placement: Placement;
  readonly available: boolean;
  /** Why not, and how to change it. */
  readonly reason: string | null;
  /** What is wrong with these inputs, a sentence each; [] = they fit. */
  problems(input: JsonObject): readonly string[];
}

export interface ExecutorSettings {
  /** Executor ids an operator switched on although they are unsafe (`TASKGROVE_ALLOW_EXECUTORS`, `TASKGROVE_ALLOW_COMMAND` …). */
  readonly allowedExecutors: ReadonlySet<string>;
  /** Programs `command_executor` may start; empty = none named. */
  readonly commandWhitelist: readonly string[];
  /** The only folder executors may read or write files in. */
  readonly filesDir: string;
  /** Scales `demoDelayMs`; 0 = no delay. */
  readonly demoSleepScale: number;
  /** The server's own mail account; absent = it has none. */
  readonly mail?: MailAccount;
  /** Absent: the usual engine, nothing beyond the files folder. */
  readonly containers?: ContainerEngine;
}

export interface ExecutorDefinition<Input = unknown, Output = unknown> {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The contract's `type` (stdio, http, core …); null where the original has none. */
  readonly type: string | null;
  readonly examples: readonly string[];
  /** Mark what is secret in it: `z.string().meta(SECRET)`. */
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  readonly placement: Placement;
  /** Quick, idempotent, no LLM: 20 to 50 may share one activity when hundreds are ready. */
  readonly batchable?: boolean;
  readonly usesLlm?: boolean;
  /** Works in steps that are kept and shown below the task. Placement `activity`, not batchable. */
  readonly hasSteps?: boolean;
  /** Off unless an operator names it; the text says how. */
  readonly unsafe?: string;
  /** Other ids that mean this executor. */
  readonly aliases?: readonly string[];
  /** Defaults of the task policy. */
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
  /** Inputs for demo trees, docs and contract tests; must pass `input`. */
  readonly demoInput: JsonObject;
  /** A believable canned result that fits `output`; makes no network call. */
  demo(context: { readonly input: JsonObject; readonly task: { id: string; name: string } }): Output;
  readonly demoDelayMs?: number;
  /** Placement `wait` only: until when, and what may wake it earlier. `untilMs` is epoch ms or null (no limit). */
  wait?(context: { readonly input: Input; readonly nowMs: number }): {
    readonly kind: 'timer' | 'approval';
    readonly untilMs: number | null;
  };
  run(context: ExecutorContext<Input>): Promise<Output>;
}

/** Any definition, as the registry holds it: `run` is only ever called with input its own schema has parsed. */
// biome-ignore lint/suspicious/noExplicitAny: method parameters are contravariant, so a registry of mixed inputs needs it
export type AnyExecutor = ExecutorDefinition<any, any>;

/** Types a definition; checks nothing at run time (the registry does, with the file's name in the message). */
export function defineExecutor<Input, Output>(
  definition: ExecutorDefinition<Input, Output>,
): ExecutorDefinition<Input, Output> {
  return definition;
}

/** Derived public metadata: `GET /api/executors/metadata`. */
export interface ExecutorMetadata {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  readonly examples: readonly string[];
  readonly tags: readonly string[];
  readonly type: string | null;
}
