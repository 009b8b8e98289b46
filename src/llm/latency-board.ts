/** How long models took to answer here of late: what routing knows better than any table. */
import { LRUCache } from 'lru-cache';

const REMEMBERED_MODELS = 1_000;
const SAMPLES = 100;

type Server = { readonly provider: string; readonly model: string; readonly baseUrl: string };

export class LatencyBoard {
  readonly #samples = new LRUCache<string, number[]>({ max: REMEMBERED_MODELS });

  /** A call that was answered whole, in milliseconds. */
  add(server: Server, durationMs: number): void {
    const samples = this.#samples.get(keyOf(server)) ?? [];
    samples.push(durationMs);
    if (samples.length > SAMPLES) samples.shift();
    this.#samples.set(keyOf(server), samples);
  }

  /** The median of the last 100 calls; null when there was none. */
  medianMs(server: Server): number | null {
    const sorted = [...(this.#samples.get(keyOf(server)) ?? [])].sort((left, right) => left - right);
    const middle = sorted[Math.floor((sorted.length - 1) / 2)];
    return middle === undefined ? null : Math.round(middle);
  }
}

function keyOf({ provider, model, baseUrl }: Server): string {
  return `${provider} ${model} ${baseUrl}`;
}
