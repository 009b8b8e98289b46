/** Rounds of load, both sides in turn, and what the operating system says about the processes meanwhile. */
import { readFile } from 'node:fs/promises';

export interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface Ratio {
  readonly product: Round[];
  readonly anchor: Round[];
  /** product ÷ anchor of each pair, sorted. */
  readonly ratios: number[];
}

/** Keeps `concurrency` calls in flight for `ms`. */
export async function round(call: () => Promise<unknown>, concurrency: number, ms: number): Promise<Round> {
  const times: number[] = [];
  const startedMs = performance.now();
  const deadline = startedMs + ms;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < deadline) {
        const beganMs = performance.now();
        await call();
        times.push(performance.now() - beganMs);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  times.sort((left, right) => left - right);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / seconds, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** Alternates product and anchor, so that a drift of the machine meets both. */
export async function compare(
  product: () => Promise<unknown>,
  anchor: () => Promise<unknown>,
  options: { concurrency: number; rounds: number; ms: number },
): Promise<Ratio> {
  await round(product, options.concurrency, options.ms / 2);
  await round(anchor, options.concurrency, options.ms / 2);
  const result: Ratio = { product: [], anchor: [], ratios: [] };
  for (let turn = 0; turn < options.rounds; turn++) {
    const first = await round(product, options.concurrency, options.ms);
    const second = await round(anchor, options.concurrency, options.ms);
    result.product.push(first);
    result.anchor.push(second);
    result.ratios.push(first.perSecond / second.perSecond);
  }
  result.ratios.sort((left, right) => left - right);
  return result;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const TICKS_PER_SECOND = 100;

/** CPU seconds a process has used so far (user and system). */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB. */
export async function residentMib(pid: number): Promise<number> {
  const kib = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return Number(kib) / 1_024;
}
