/**
 * The hook contract: code at a named point in the life of a tree or a task. A file in `hooks/` default-exports
 * `defineHook({...})`; dropping it in is all it takes. Hooks run inside the activity that does the work, in the order
 * of src/hooks/index.ts; whatever a hook does, it cannot break a tree.
 */
import { z } from 'zod';
import type { ExecutorLogger, HttpClient } from './executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { TaskDemo } from './task.ts';

export const TREE_POINTS = [
  'onTreeCreated',
  'onTreeStarted',
  'onTreeCompleted',
  'onTreeFailed',
  'onTreeCancelled',
] as const;
export const TASK_POINTS = ['beforeTask', 'afterTask'] as const;
export type TreePoint = (typeof TREE_POINTS)[number];
export type HookPoint = TreePoint | (typeof TASK_POINTS)[number];

/** How long a hook may take unless it says otherwise. */
export const DEFAULT_HOOK_TIMEOUT_MS = 2_000;

/** What every hook is given. All of it is a copy, and frozen: what is to change is answered, never written. */
interface HookContext {
  /** Fires when the hook's time is over, or the task was cancelled: nobody waits for the hook any more. */
  readonly signal: AbortSignal;
  readonly logger: ExecutorLogger;
  /** The guarded client: private addresses are refused. */
  readonly http: HttpClient;
}

/** The run a hook looks at. */
export interface HookedRun {
  readonly id: string;
  readonly rootTaskId: string;
  readonly targetTaskId: string;
  readonly userId: string;
  /** 1 for the first run of this root. */
  readonly number: number;
  readonly taskCount: number;
  /** The whole run is canned. */
  readonly useDemo: boolean;
  /** What was decided when the run was accepted: its plan, the reason for demo results … */
  readonly options: JsonObject;
  /** What the run has asked of models so far, as far as this process knows. */
  readonly llm: { readonly calls: number; readonly tokens: number };
}

export interface BeforeTaskContext extends HookContext {
  readonly run: HookedRun;
  readonly task: { readonly id: string; readonly name: string; readonly userId: string };
  /** null: the task only groups its children. */
  readonly executor: { readonly id: string; readonly usesLlm: boolean } | null;
  /** With all that dependencies injected, and as hooks before this one changed them. */
  readonly inputs: JsonObject;
  readonly params: JsonObject;
  /** 1 on the first call. */
  readonly attempt: number;
  /** The result will be canned, whatever this hook says. */
  readonly isDemo: boolean;
}

/** What one attempt came to. */
export interface HookedOutcome {
  readonly status: 'completed' | 'failed';
  readonly result: JsonValue | null;
  readonly error: string | null;
  readonly demo: TaskDemo | null;
  readonly tokenUsage: JsonObject | null;
}

export interface AfterTaskContext extends BeforeTaskContext {
  readonly outcome: HookedOutcome;
}

export interface TreeHookContext extends HookContext {
  readonly treeId: string;
  readonly userId: string;
  readonly taskCount: number;
  /** null on `onTreeCreated` of a tree that is stored without being run. */
  readonly run: HookedRun | null;
  /** The tree's tasks, root first; only on `onTreeCreated`, else empty. */
  readonly tasks: readonly JsonObject[];
  /** Why it failed or was cancelled; null at the other points. */
  readonly error: string | null;
  /** How many of its results are canned; null before the end. */
  readonly demoTasks: number | null;
}

const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value as JsonValue), 'must be a JSON object');
const reason = z.string().min(1).max(500);

/** Absent (undefined or null): go on. */
export const beforeTaskAnswerSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('inputs'), inputs: jsonObject }),
    z.strictObject({ action: z.literal('answer'), result: z.custom<JsonValue>() }),
    z.strictObject({ action: z.literal('demo'), reason }),
    z.strictObject({ action: z.literal('block'), reason }),
  ])
  .nullish();

/**
 * `inputs`: the task runs with these instead. `answer`: this is the result and the executor is not called. `demo`: the
 * executor's canned result, marked with the reason. `block`: the task fails for good with the reason.
 */
export type BeforeTaskAnswer = NonNullable<z.infer<typeof beforeTaskAnswerSchema>>;

export const afterTaskAnswerSchema = z.strictObject({ annotations: jsonObject }).nullish();

/** Facts that travel with the task's end event; at most 4 KiB a hook. The result itself stays as it is. */
export type AfterTaskAnswer = NonNullable<z.infer<typeof afterTaskAnswerSchema>>;

// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement answers nothing
type Answered<Answer> = Answer | null | undefined | void;
type MaybeLater<Value> = Value | Promise<Value>;

export interface HookDefinition {
  /** Kebab-case, the name of its file; stands in metrics, logs and errors. */
  readonly id: string;
  readonly description: string;
  /** Task points: only for these executors. Absent: for all tasks. */
  readonly executors?: readonly string[];
  /** Task points: only for executors that ask models. */
  readonly onlyLlm?: boolean;
  /** Off unless `TASKGROVE_HOOKS` names it. */
  readonly isOptIn?: boolean;
  /**
   * When the hook throws, is late or answers rubbish. `open` (default): it is logged and the task goes on. `closed`: the
   * task fails. Tree points only watch: they are always open.
   */
  readonly onFailure?: 'open' | 'closed';
  /** Default 2,000; at most 5,000. */
  readonly timeoutMs?: number;
  /** Before each attempt, also of demo tasks. */
  beforeTask?(context: BeforeTaskContext): MaybeLater<Answered<BeforeTaskAnswer>>;
  /** After each attempt that completed or failed; not after a cancel. */
  afterTask?(context: AfterTaskContext): MaybeLater<Answered<AfterTaskAnswer>>;
  /** A tree was stored. Not awaited; lost when the process dies at this very moment. */
  onTreeCreated?(context: TreeHookContext): MaybeLater<void>;
  /** Before the first task of a run. Like the points below: once a run, again after a crash at the wrong moment. */
  onTreeStarted?(context: TreeHookContext): MaybeLater<void>;
  onTreeCompleted?(context: TreeHookContext): MaybeLater<void>;
  onTreeFailed?(context: TreeHookContext): MaybeLater<void>;
  onTreeCancelled?(context: TreeHookContext): MaybeLater<void>;
}

/** Types a hook; checks nothing at run time (the loader does, with the file's name in the message). */
export function defineHook(definition: HookDefinition): HookDefinition {
  return definition;
}
