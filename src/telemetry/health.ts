/** Asks each part of the system whether it works, with a time limit, and sums the answers up for the probes. */
import type { ComponentStatus, Readiness } from '../ports/telemetry.ts';

const DEFAULT_TIMEOUT_MS = 2_000;
/** Probes of many watchers share one look. */
const FRESH_MS = 1_000;

export interface HealthCheck {
  /** As it shows in the answer: `database`, `temporal`, `worker` … */
  readonly name: string;
  /** Without it a posted tree would not run. Others only degrade. */
  readonly isRequired: boolean;
  /** Resolves when all is well, or with what is not; rejecting means that the part does not work. */
  check(): Promise<undefined | { readonly status: ComponentStatus; readonly detail: string }>;
}

type Component = Readiness['components'][string];

/** Returns a function that is cheap to call: checks run side by side, at most once a second. */
export function createHealth(
  checks: readonly HealthCheck[],
  options: { readonly timeoutMs?: number; readonly now?: () => number } = {},
): () => Promise<Readiness> {
  const now = options.now ?? Date.now;
  let latest: { readonly at: number; readonly answer: Promise<Readiness> } | null = null;
  return () => {
    if (latest === null || now() - latest.at >= FRESH_MS) {
      latest = { at: now(), answer: look(checks, options.timeoutMs ?? DEFAULT_TIMEOUT_MS) };
    }
    return latest.answer;
  };
}

async function look(checks: readonly HealthCheck[], timeoutMs: number): Promise<Readiness> {
  const components = await Promise.all(
    checks.map(async (check) => [check, await lookAt(check, timeoutMs)] as const),
  );
  const isReady = components.every(
    ([check, component]) =>
      !check.isRequired || component.status === 'HEALTHY' || component.status === 'DEGRADED',
  );
  return {
    ready: isReady,
    components: Object.fromEntries(components.map(([check, component]) => [check.name, component])),
  };
}

async function lookAt(check: HealthCheck, timeoutMs: number): Promise<Component> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  const elapsed = () => Math.round((performance.now() - startedAt) * 100) / 100;
  try {
    const finding = await Promise.race([check.check(), late]);
    return { status: 'HEALTHY', ...finding, response_time_ms: elapsed() };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { status: check.isRequired ? 'UNHEALTHY' : 'DEGRADED', detail, response_time_ms: elapsed() };
  } finally {
    clearTimeout(timer);
  }
}
