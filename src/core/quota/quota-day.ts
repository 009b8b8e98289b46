/** Days of the quotas: UTC dates by a clock that never goes back, not even over a restart. */

const DAY_MS = 86_400_000;

/** `2026-11-21`: compares as text. */
export function utcDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** Epoch ms at which the day's counts begin anew: the next midnight UTC. */
export function endOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`) + DAY_MS;
}

/** `2026-11-22T00:00:00+00:00`, as existing clients read it. */
export function resetTime(day: string): string {
  return `${utcDay(endOfDay(day))}T00:00:00+00:00`;
}

/** The day things are counted on. A clock that is set back gives nobody a second helping of a day. */
export class QuotaClock {
  readonly now: () => number;
  #latest: string;

  /** `latest`: the highest day anything was counted on before; null = nothing was. */
  constructor(now: () => number, latest: string | null) {
    this.now = now;
    this.#latest = latest ?? '';
  }

  day(): string {
    this.notBefore(utcDay(this.now()));
    return this.#latest;
  }

  /** Somebody else has counted on this day already. */
  notBefore(day: string): void {
    if (day > this.#latest) this.#latest = day;
  }

  /** At least 1. */
  secondsToReset(): number {
    return Math.max(1, Math.ceil((endOfDay(this.day()) - this.now()) / 1_000));
  }
}
