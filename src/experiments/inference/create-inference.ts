/**
 * Texts by a model, or the fallback when it fails or is late. Answers of the model are kept for a while, for each client
 * by its idempotency key or else the prompt: in memory, and in the store for the other processes and a restart.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ExperimentStore, KeptAnswer } from '../../ports/experiment-store.ts';
import type { Inference, InferenceAnswer, InferenceRequest } from '../../ports/inference.ts';
import { tellOnce } from '../tell-once.ts';
import { callPrimary, type PrimaryOptions } from './call-primary.ts';
import { fallbackText } from './fallback-text.ts';
import { InferenceMetrics, type Outcome } from './inference-metrics.ts';

export interface InferenceOptions extends PrimaryOptions {
  readonly store: Pick<ExperimentStore, 'keptAnswer' | 'keepAnswer'>;
  /** A model that took longer is answered by the fallback. */
  readonly latencyBudgetMs: number;
  readonly keptMs: number;
  readonly maxKept: number;
  /** Epoch ms. */
  readonly now: () => number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

interface Running {
  readonly fingerprint: string;
  readonly answer: Promise<InferenceAnswer>;
}

export function createInference(options: InferenceOptions): Inference {
  const { store, maxKept, now } = options;
  const metrics = new InferenceMetrics(now);
  const kept = new LRUCache<string, KeptAnswer>({ max: Math.max(1, maxKept) });
  const running = new Map<string, Running>();
  const reads = tellOnce(options.logger, 'kept answers cannot be read: the model is asked each time');
  const writes = tellOnce(options.logger, 'answers cannot be kept in the store');

  /** A store that is away keeps nobody from an answer. */
  async function findKept(key: string): Promise<KeptAnswer | null> {
    const near = kept.get(key);
    if (near !== undefined && near.expiresMs > now()) return near;
    try {
      const found = await store.keptAnswer(key, Math.floor(now()));
      reads.worked();
      return found;
    } catch (error) {
      reads.failed(error);
      return null;
    }
  }

  async function ask(key: string, fingerprint: string, prompt: string): Promise<InferenceAnswer> {
    const found = await findKept(key);
    if (found !== null) {
      assertSame(found.fingerprint, fingerprint);
      return fromKept(JSON.parse(found.answer) as InferenceAnswer);
    }
    const answer = await askModel(options, prompt);
    // A fallback is not kept: the model may be back at the next call.
    if (answer.meta['source'] !== 'primary') return answer;
    const expiresMs = Math.floor(now()) + options.keptMs;
    const row = { key, fingerprint, answer: JSON.stringify(answer), expiresMs };
    kept.set(key, row);
    await keep(row);
    return answer;
  }

  /** The answer is made: it is given whether or not other processes will find it. */
  async function keep(row: KeptAnswer): Promise<void> {
    try {
      await store.keepAnswer(row, maxKept, Math.floor(now()));
      writes.worked();
    } catch (error) {
      writes.failed(error);
    }
  }

  return {
    async generate(request) {
      const startedMs = performance.now();
      const key = keyOf(request);
      const fingerprint = sha256(request.prompt);
      let current = running.get(key);
      const isFirst = current === undefined;
      if (current === undefined) {
        const answer = ask(key, fingerprint, request.prompt).finally(() => running.delete(key));
        current = { fingerprint, answer };
        running.set(key, current);
      }
      assertSame(current.fingerprint, fingerprint);
      const first = await current.answer;
      const answer = isFirst || first.meta['source'] !== 'primary' ? first : fromKept(first);
      metrics.observe(observationOf(answer, performance.now() - startedMs));
      return answer;
    },
    observeExit: (elapsedMs) => metrics.observe({ outcome: 'safety_exit', elapsedMs: Math.floor(elapsedMs) }),
    metrics: () => metrics.snapshot(),
  };
}

async function askModel(options: InferenceOptions, prompt: string): Promise<InferenceAnswer> {
  const result = await callPrimary(options, prompt);
  const primary_meta = { ...result.meta };
  if ('error' in result)
    return {
      text: fallbackText(prompt),
      meta: { source: 'fallback_error', primary_error: result.error, primary_meta },
    };
  if (result.meta.elapsed_ms > options.latencyBudgetMs)
    return { text: fallbackText(prompt), meta: { source: 'fallback_latency_budget', primary_meta } };
  return { text: result.text, meta: { source: 'primary', ...primary_meta } };
}

function fromKept({ text, meta }: InferenceAnswer): InferenceAnswer {
  return { text, meta: { source: 'cache_hit', cached: meta } };
}

function observationOf({ meta }: InferenceAnswer, elapsedMs: number) {
  const of = (meta['primary_meta'] ?? meta) as JsonObject;
  const { breaker_state: breakerState, attempts } = of;
  return {
    outcome: meta['source'] as Outcome,
    elapsedMs: Math.floor(elapsedMs),
    ...(typeof breakerState === 'string' ? { breakerState } : {}),
    ...(typeof attempts === 'number' ? { attempts } : {}),
  };
}

/** Nobody meets the answers of another client. */
function keyOf({ client, idempotencyKey, prompt }: InferenceRequest): string {
  const own =
    idempotencyKey === undefined || idempotencyKey === '' ? ['prompt', prompt] : ['key', idempotencyKey];
  return sha256(JSON.stringify([client, ...own]));
}

function assertSame(known: string, given: string): void {
  if (known === given) return;
  throw new AppError(
    'idempotency_conflict',
    'This Idempotency-Key was used with another prompt: use a new key, or send the same prompt',
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
