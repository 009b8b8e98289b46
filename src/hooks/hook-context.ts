/** What one call of a hook is given. Copies are made when a hook looks at them: most look at little. */
import type { ExecutorLogger, HttpClient } from '../core/executor.ts';
import type {
  AfterTaskContext,
  BeforeTaskContext,
  HookDefinition,
  HookedRun,
  TreeHookContext,
} from '../core/hook.ts';
import type { JsonValue } from '../core/json.ts';
import { frozenCopy } from './frozen-copy.ts';

/** The facts of a task point; the runner makes a context for each hook from it. */
export type HookedTask = Omit<BeforeTaskContext, 'signal' | 'logger' | 'http'> &
  Partial<Pick<AfterTaskContext, 'outcome'>>;
export type HookedTree = Omit<TreeHookContext, 'signal' | 'logger' | 'http'>;

export interface HookTools {
  readonly logger: ExecutorLogger;
  readonly http: HttpClient;
}

/** An own object for each call: its members are read-only, its JSON copied at the first look. */
export function contextFor<Facts extends HookedTask | HookedTree>(
  hook: HookDefinition,
  facts: Facts,
  tools: HookTools,
  abort: AbortController,
): Facts & { readonly signal: AbortSignal } & HookTools {
  const context = {};
  for (const [name, value] of Object.entries(facts)) {
    if (name === 'run') define(context, name, () => (value === null ? null : frozenRun(value as HookedRun)));
    else define(context, name, () => frozenCopy(value as JsonValue));
  }
  define(context, 'signal', () => abort.signal);
  define(context, 'http', () => tools.http);
  define(context, 'logger', () => named(hook.id, tools.logger));
  return Object.freeze(context) as Facts & { readonly signal: AbortSignal } & HookTools;
}

function define(context: object, name: string, make: () => unknown): void {
  let made: { readonly value: unknown } | undefined;
  const get = () => {
    made ??= { value: make() };
    return made.value;
  };
  Object.defineProperty(context, name, { get, enumerable: true });
}

function frozenRun(run: HookedRun): HookedRun {
  const { options, llm, ...plain } = run;
  return Object.freeze({
    ...plain,
    options: frozenCopy(options),
    llm: Object.freeze({ calls: llm.calls, tokens: llm.tokens }),
  });
}

function named(hook: string, logger: ExecutorLogger): ExecutorLogger {
  return {
    info: (fields, message) => logger.info({ ...fields, hook }, message),
    warn: (fields, message) => logger.warn({ ...fields, hook }, message),
  };
}
