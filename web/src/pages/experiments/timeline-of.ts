/** Ratings in the order they came, with the average of the last few at each. */

export interface Rating {
  readonly score: number;
  /** Seconds. */
  readonly ts: number;
}

const WINDOW = 10;

/** Columns of a chart: when, score, average of the last ten. One second may hold many ratings; each gets its own place. */
export function timelineOf(recent: readonly Rating[]): [number[], number[], number[]] {
  const ordered = [...recent].sort((a, b) => a.ts - b.ts);
  const scores = ordered.map(({ score }) => score);
  const averages = scores.map((_, index) => {
    const last = scores.slice(Math.max(0, index - WINDOW + 1), index + 1);
    return last.reduce((sum, score) => sum + score, 0) / last.length;
  });
  return [ordered.map((_, index) => index + 1), scores, averages];
}
