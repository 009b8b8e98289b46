/** Counts and times of generated texts, in the form existing clients read. Of this process alone. */
import type { JsonObject } from '../../core/json.ts';

export const OUTCOMES = [
  'primary',
  'fallback_error',
  'fallback_latency_budget',
  'cache_hit',
  'safety_exit',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const KEPT_TIMES = 1_000;

export interface Observation {
  readonly outcome: Outcome;
  readonly elapsedMs: number;
  readonly breakerState?: string;
  readonly attempts?: number;
}

export class InferenceMetrics {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #outcomes = new Map<string, number>();
  readonly #states = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #times = new Map<Outcome | 'overall', number[]>();

  /** `now`: epoch ms. */
  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  observe({ outcome, elapsedMs, breakerState, attempts }: Observation): void {
    count(this.#outcomes, outcome);
    if (breakerState !== undefined) count(this.#states, breakerState);
    if (attempts !== undefined && attempts > 0) count(this.#attempts, String(attempts));
    for (const name of ['overall', outcome] as const) {
      const times = this.#times.get(name) ?? [];
      times.push(elapsedMs);
      if (times.length > KEPT_TIMES) times.shift();
      this.#times.set(name, times);
    }
  }

  snapshot(): JsonObject {
    const byOutcome = OUTCOMES.filter((outcome) => outcome !== 'safety_exit' || this.#outcomes.has(outcome));
    return {
      as_of: Math.floor(this.#now() / 1_000),
      uptime_seconds: Math.floor((this.#now() - this.#startedAt) / 1_000),
      counters: Object.fromEntries(this.#outcomes),
      breaker_states: Object.fromEntries(this.#states),
      attempts_hist: Object.fromEntries(this.#attempts),
      latency: {
        overall: summary(this.#times.get('overall') ?? []),
        by_outcome: Object.fromEntries(
          byOutcome.map((outcome) => [outcome, summary(this.#times.get(outcome) ?? [])]),
        ),
      },
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function summary(times: readonly number[]): JsonObject {
  if (times.length === 0) return { count: 0, p50: null, p95: null, max: null };
  const sorted = times.toSorted((left, right) => left - right);
  const at = (place: number) => sorted[place] ?? 0;
  const middle = (sorted.length - 1) / 2;
  return {
    count: sorted.length,
    p50: Math.floor((at(Math.floor(middle)) + at(Math.ceil(middle))) / 2),
    p95: at(Math.round(0.95 * (sorted.length - 1))),
    max: at(sorted.length - 1),
  };
}
