/**
 * What a method is: one entry of the table from which the dispatcher, OpenRPC, OpenAPI, the method list, the client
 * and the CLI are derived. A method that is not described cannot be called.
 */
import type { z } from 'zod';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Identity, Role } from '../ports/identity.ts';
import type { ApiDeps } from './api-deps.ts';
import type { StreamHub } from './events/stream-hub.ts';
import type { RestForm } from './rest/rest-form.ts';

/** Who may call: anybody known, or holders of one of the roles. Ownership is checked by the handler as well. */
export interface AuthRule {
  readonly roles?: readonly Role[];
  /** How ownership is decided, for readers and for the test that every method has a rule. */
  readonly ownership:
    | 'own-tasks'
    | 'own-runs'
    | 'own-keys'
    | 'own-personas'
    | 'own-studies'
    | 'own-conversations'
    | 'none';
}

/** One call as a handler sees it. */
export interface Call {
  readonly deps: ApiDeps;
  readonly streams: StreamHub;
  readonly identity: Identity;
  readonly requestId: string;
  /** `Idempotency-Key`, made distinct per item in a batch; null when absent. */
  readonly idempotencyKey: string | null;
  /** `If-Match` without its quotes: the version a change was made from; null when absent, or for any (`*`). */
  readonly ifMatch: string | null;
  /** `Last-Event-ID`: attach to a run instead of starting one. */
  readonly lastEventId: string | null;
  /** `X-LLM-API-KEY` as it came; read by execute and generate only (clients send it everywhere). */
  readonly llmKeyHeader: string | null;
  /** Epoch ms at which the request (the whole batch) began: its items share one wait. */
  readonly startedAt: number;
  readonly isBatch: boolean;
  /** Nobody reads the answer. */
  readonly isNotification: boolean;
  /** What the protocol in front of the dispatcher keeps with runs that this call starts. No secrets. */
  readonly agentNotes?: JsonObject;
  /** Fires when the client hangs up. */
  readonly hangUp: () => AbortSignal;
}

export type Category = 'agent_action' | 'crud' | 'query' | 'monitoring';

export interface Method<Params = unknown> {
  readonly name: string;
  /** Old names that mean the same. */
  readonly aliases?: readonly string[];
  /** Which endpoint serves it. */
  readonly scope: 'tasks' | 'system';
  /** Short name for people. */
  readonly title: string;
  readonly description: string;
  readonly category: Category;
  readonly tags: readonly string[];
  readonly params: z.ZodType<Params>;
  readonly result: z.ZodType;
  readonly auth: AuthRule;
  /** `large`: create, execute and generate. */
  readonly bodyLimit: 'small' | 'large';
  /** `array` when `params` itself may be a list (tasks.create). */
  readonly positional?: 'array';
  /** Takes away or stops what cannot be had back: agents ask their people first. */
  readonly isDestructive?: true;
  /** Also served as plain HTTP. */
  readonly rest?: RestForm;
  /** Error codes beside the general ones, for the docs. */
  readonly errors?: readonly string[];
  readonly examples: readonly { readonly name: string; readonly params: JsonValue }[];
  readonly handle: (params: Params, call: Call) => Promise<unknown>;
}

/** A method whose params have been checked by its own schema before `handle` sees them. */
// biome-ignore lint/suspicious/noExplicitAny: handlers are contravariant in their params, so a table of them needs it
export type AnyMethod = Method<any>;

/** A call of it leaves something behind: who makes one gets a row in the users table. */
export function changesState(method: AnyMethod): boolean {
  return method.category === 'agent_action' || (method.category === 'crud' && method.name !== 'tasks.get');
}

/** Types a method; does nothing at run time. */
export function defineMethod<Params>(method: Method<Params>): Method<Params> {
  return method;
}
