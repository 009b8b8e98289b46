/**
 * How often something may happen: buckets that fill evenly over a minute, in the memory of this process (behind several
 * processes each has its own).
 */
import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
/** Keys remembered; the one unheard of for longest is forgotten first, and its bucket would be full by then. */
const KEPT = 50_000;

interface Bucket {
  /** What is left. */
  readonly left: number;
  /** Epoch ms. */
  readonly at: number;
}

export interface RateBuckets {
  /** Takes one. Seconds until there is one again when there is none left, else null. */
  take(key: string, perMinute: number): number | null;
}

export function createRateBuckets(now: () => number): RateBuckets {
  const buckets = new LRUCache<string, Bucket>({ max: KEPT });
  return {
    take(key, perMinute) {
      const at = now();
      const bucket = buckets.get(key) ?? { left: perMinute, at };
      // A clock that was set back fills nothing.
      const filled = (Math.max(0, at - bucket.at) * perMinute) / MINUTE_MS;
      const left = Math.min(perMinute, bucket.left + filled);
      if (left < 1) return secondsUntil(left, perMinute);
      buckets.set(key, { left: left - 1, at });
      return null;
    },
  };
}

function secondsUntil(left: number, perMinute: number): number {
  return perMinute === 0 ? MINUTE_MS / 1_000 : Math.ceil(((1 - left) * MINUTE_MS) / perMinute / 1_000);
}
