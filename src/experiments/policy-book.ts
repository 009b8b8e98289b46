/**
 * The policies as they count now: shipped ones, those that somebody has changed, and what the learning ones have learned.
 * Requests read memory; it is renewed in the background, so that what other processes write shows within a second.
 */

import { pickStyle } from '../core/experiments/pick-style.ts';
import {
  DEFAULT_POLICY,
  normaliseWeights,
  type Policy,
  SHIPPED_POLICIES,
  STYLES,
  type Weights,
} from '../core/experiments/policy.ts';
import { type Beliefs, beliefOf, drawStyle, pickShares, type Reward } from '../core/experiments/thompson.ts';
import { isoMicros } from '../core/time.ts';
import type { ExperimentStore } from '../ports/experiment-store.ts';
import { type TellOnce, tellOnce } from './tell-once.ts';

const FRESH_MS = 1_000;

interface Entry {
  readonly policy: Policy;
  /** What is shown, and what picks without chance go by. */
  readonly weights: Weights;
  /** null: it does not learn. */
  readonly beliefs: Beliefs | null;
  readonly rewards: Readonly<Record<string, Reward>>;
}

export interface PolicyBookOptions {
  readonly store: Pick<ExperimentStore, 'policies' | 'rewards' | 'putPolicy'>;
  readonly now: () => number;
  readonly random: () => number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

export class PolicyBook {
  readonly #options: PolicyBookOptions;
  readonly #readings: TellOnce;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(options: PolicyBookOptions) {
    this.#options = options;
    this.#readings = tellOnce(options.logger, 'policies could not be read');
  }

  /** Unknown names get the default policy. */
  async entry(name: string): Promise<Entry> {
    await this.#freshen();
    return (this.#entries.get(name) ?? this.#entries.get(DEFAULT_POLICY.name)) as Entry;
  }

  async all(): Promise<Entry[]> {
    await this.renew();
    return [...this.#entries.values()];
  }

  pick({ weights, beliefs }: Entry, isDeterministic: boolean): string {
    const { random } = this.#options;
    if (isDeterministic) return pickStyle(weights, null);
    return beliefs === null ? pickStyle(weights, random()) : drawStyle(beliefs, random);
  }

  async put(policy: Policy): Promise<void> {
    await this.#options.store.putPolicy(policy, isoMicros(this.#options.now()));
    await this.renew();
  }

  /** Reads what stands in the store now. */
  async renew(): Promise<void> {
    // One that is under way may have read before the caller's own write.
    await this.#reading?.catch(() => undefined);
    await this.#read();
  }

  /** Waits only when nothing is known yet. */
  async #freshen(): Promise<void> {
    if (performance.now() - this.#readAt < FRESH_MS) return;
    const reading = this.#read();
    if (this.#entries.size === 0) return reading;
    // The old ones serve until the store answers again.
    reading.catch((error: unknown) => this.#readings.failed(error));
  }

  #read(): Promise<void> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #load(): Promise<void> {
    const { store } = this.#options;
    const startedAt = performance.now();
    const policies = new Map(
      [...SHIPPED_POLICIES, ...(await store.policies())].map((policy) => [policy.name, policy]),
    );
    const learns = [...policies.values()].some(({ kind }) => kind === 'thompson');
    const rewards = learns ? await store.rewards() : [];
    this.#entries = new Map(
      [...policies.values()].map((policy) => {
        const own = rewards.filter((reward) => reward.policy === policy.name);
        return [policy.name, this.#entryOf(policy, Object.fromEntries(own.map((it) => [it.style, it])))];
      }),
    );
    this.#readAt = startedAt;
    this.#readings.worked();
  }

  #entryOf(policy: Policy, rewards: Readonly<Record<string, Reward>>): Entry {
    if (policy.kind === 'fixed')
      return { policy, weights: normaliseWeights(policy.weights), beliefs: null, rewards };
    const styles = STYLES.filter((style) => (policy.weights[style] ?? 0) > 0);
    const beliefs = Object.fromEntries(
      styles.map((style) => [style, beliefOf(rewards[style] ?? { count: 0, total: 0 })]),
    );
    return { policy, weights: pickShares(beliefs, this.#options.random), beliefs, rewards };
  }
}
