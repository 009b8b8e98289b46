/** Models as activities and the API see them. Implemented by src/llm. */
import type { Budget, BudgetLimits, Reservation } from '../core/llm/budget.ts';
import type { ChatAnswer, LlmClient } from '../core/llm/chat.ts';
import type { LlmKey } from '../core/llm/llm-key.ts';
import type { UncountedCall } from '../core/llm/reserve-counted.ts';
import type { RouteCandidate, RouteDecision, RouteWish } from '../core/llm/route-model.ts';

/** What one task, or one API call, may use. */
export interface LlmAccess {
  /** The key that came with the request. */
  readonly header: LlmKey | null;
  readonly stored: readonly LlmKey[];
  /** false for premium runs. */
  readonly mayUseServerKey: boolean;
  /** Canned answers, whatever is asked. */
  readonly useDemo: boolean;
  readonly signal: AbortSignal;
  /** The same for every attempt; each call gets its own from it. */
  readonly idempotencyKey: string;
  /** Asked before each call of a model; what it throws, the call throws. Absent = there is no budget. */
  readonly reserve?: (call: UncountedCall) => Promise<Reservation>;
  /** Called once an answer, also for one that is then refused: for what was spent, and whether it is a demo. */
  readonly onAnswer?: (answer: ChatAnswer) => void;
}

type KeyAccess = Pick<LlmAccess, 'header' | 'stored' | 'mayUseServerKey'>;

/** What an operator allows, beside what tasks allow themselves. */
export interface LlmBudgetSource {
  /** Of every tree on the server's key. */
  readonly tree: BudgetLimits;
  /** Of a user and day; null where there is none, or none can be held (workers of named queues). */
  readonly ofUser: (userId: string) => Promise<Budget | null>;
}

export interface LlmGateway {
  /** Nothing is resolved or checked before the first call. */
  clientFor(access: LlmAccess): LlmClient;
  /** Which model a question should go to; asks none. */
  route(access: KeyAccess, wish: RouteWish): RouteDecision;
  /** All models routing knows, with whether this caller may ask them. */
  candidates(access: KeyAccess): readonly RouteCandidate[];
  /** Whether a call that wants this provider (null = any) would have somewhere to go. */
  isUsable(access: KeyAccess, provider: string | null): boolean;
}
