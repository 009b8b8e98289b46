/**
 * Keeps calls away from a server that fails: after enough failures in a while it lets none through (open), after a pause
 * one (half-open), and all again when that one was answered (closed). One server is a provider at an address.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '../core/errors.ts';

export interface CircuitSettings {
  /** Failures are remembered this long. */
  readonly windowMs: number;
  /** Share of calls that fail, above 0 to 1, from which on the circuit opens. */
  readonly failureShare: number;
  /** Calls in the window before a share means something. */
  readonly minCalls: number;
  /** Pause before one call is let through. Each probe that fails doubles it, up to 16 times. */
  readonly halfOpenAfterMs: number;
}

export type CircuitState = 'closed' | 'open' | 'half_open';

/** Leave to make one call. Say once how it ended. */
export interface Pass {
  /** The server answered, be it with a refusal: it is alive. */
  answered(): void;
  /** It failed; it may have said for how long. */
  failed(retryAfterMs?: number): void;
  /** Nobody knows: the caller gave up. */
  abandoned(): void;
}

export interface CircuitBreaker {
  /** @throws AppError `task_transient` with the seconds to wait while the circuit is open. */
  enter(server: { readonly provider: string; readonly baseUrl: string; readonly isOwnUrl: boolean }): Pass;
  stateOf(server: {
    readonly provider: string;
    readonly baseUrl: string;
    readonly isOwnUrl: boolean;
  }): CircuitState;
}

/** Addresses of tasks are remembered too, so their number is limited. */
const REMEMBERED_SERVERS = 1_000;
const MOST_DOUBLINGS = 4;
const MOST_PAUSE_MS = 3_600_000;

interface Circuit {
  /** When calls of the window ended, and whether they failed. */
  calls: { readonly atMs: number; readonly isFailure: boolean }[];
  /** null: closed. */
  openUntilMs: number | null;
  isProbing: boolean;
  /** Openings in a row without an answer between. */
  openings: number;
}

export interface CircuitOptions extends CircuitSettings {
  /** Epoch ms. */
  readonly now: () => number;
  readonly onChange?: (change: { readonly provider: string; readonly state: CircuitState }) => void;
}

export function createCircuitBreaker(options: CircuitOptions): CircuitBreaker {
  const circuits = new LRUCache<string, Circuit>({ max: REMEMBERED_SERVERS });
  const circuitOf = (server: Parameters<CircuitBreaker['enter']>[0]): Circuit => {
    // What tasks make of an address says nothing about it for everybody else.
    const key = `${server.isOwnUrl ? 'own' : 'set'} ${server.provider} ${server.baseUrl}`;
    const known = circuits.get(key);
    if (known !== undefined) return known;
    const made: Circuit = { calls: [], openUntilMs: null, isProbing: false, openings: 0 };
    circuits.set(key, made);
    return made;
  };
  return {
    stateOf(server) {
      const { openUntilMs } = circuitOf(server);
      if (openUntilMs === null) return 'closed';
      return options.now() < openUntilMs ? 'open' : 'half_open';
    },
    enter(server) {
      const circuit = circuitOf(server);
      const isProbe = circuit.openUntilMs !== null;
      if (isProbe) beginProbe(circuit, server, options);
      return passOf(circuit, server.provider, isProbe, options);
    },
  };
}

function beginProbe(
  circuit: Circuit,
  server: { readonly provider: string; readonly baseUrl: string },
  { now, onChange }: CircuitOptions,
): void {
  const waitMs = (circuit.openUntilMs ?? 0) - now();
  if (waitMs > 0 || circuit.isProbing) {
    const host = URL.canParse(server.baseUrl) ? ` (${new URL(server.baseUrl).host})` : '';
    throw new AppError(
      'task_transient',
      `${server.provider}${host} has failed too often of late and is not asked for now`,
      { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)), details: { reason: 'circuit_open' } },
    );
  }
  circuit.isProbing = true;
  onChange?.({ provider: server.provider, state: 'half_open' });
}

function passOf(circuit: Circuit, provider: string, isProbe: boolean, options: CircuitOptions): Pass {
  let isUsed = false;
  const once = (end: () => void) => () => {
    if (isUsed) return;
    isUsed = true;
    if (isProbe) circuit.isProbing = false;
    end();
  };
  return {
    answered: once(() => {
      if (isProbe) close(circuit, provider, options);
      else note(circuit, false, options);
    }),
    failed: (retryAfterMs = 0) =>
      once(() => {
        // A call from before the circuit opened adds nothing.
        if (circuit.openUntilMs !== null && !isProbe) return;
        note(circuit, true, options);
        if (isProbe || isTooMuch(circuit, options)) open(circuit, provider, retryAfterMs, options);
      })(),
    abandoned: once(() => undefined),
  };
}

function note(circuit: Circuit, isFailure: boolean, { now, windowMs }: CircuitOptions): void {
  const atMs = now();
  circuit.calls = circuit.calls.filter((call) => call.atMs > atMs - windowMs);
  circuit.calls.push({ atMs, isFailure });
}

function isTooMuch({ calls }: Circuit, { minCalls, failureShare }: CircuitOptions): boolean {
  if (calls.length < minCalls) return false;
  return calls.filter(({ isFailure }) => isFailure).length / calls.length >= failureShare;
}

function open(circuit: Circuit, provider: string, retryAfterMs: number, options: CircuitOptions): void {
  const pauseMs = options.halfOpenAfterMs * 2 ** Math.min(circuit.openings, MOST_DOUBLINGS);
  circuit.openUntilMs = options.now() + Math.min(Math.max(pauseMs, retryAfterMs), MOST_PAUSE_MS);
  circuit.openings++;
  circuit.calls = [];
  options.onChange?.({ provider, state: 'open' });
}

function close(circuit: Circuit, provider: string, { onChange }: CircuitOptions): void {
  Object.assign(circuit, { calls: [], openUntilMs: null, openings: 0 });
  onChange?.({ provider, state: 'closed' });
}
