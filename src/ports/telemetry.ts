/** What the API reports about itself: log lines, request measurements, and the text of `/metrics`. */

/** pino's call shape: fields first, then the message. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface ObservedRequest {
  readonly method: string;
  /** The route's template (`/runs/:run_id/events`), never the path: a label must stay countable. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface ApiMetrics {
  observeRequest(request: ObservedRequest): void;
  /** One JSON-RPC call; `code` is `ok` or the error's code. */
  observeCall(call: { readonly method: string; readonly code: string; readonly durationMs: number }): void;
  /** A conversation was made. */
  observeConversation(): void;
  /** One call of an operation on personas or studies. Names of operations are a closed set. */
  observeApp(call: {
    readonly endpoint: string;
    readonly isSuccess: boolean;
    readonly durationMs: number;
  }): void;
  /** Open event streams, after each change. */
  observeStreams(open: number): void;
  /** Prometheus text and its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** One call of a lifecycle hook. Ids of hooks are a closed set, so they can be labels. */
export interface HookMetrics {
  observeHook(call: {
    readonly hook: string;
    readonly point: string;
    readonly outcome: 'ok' | 'error' | 'timeout' | 'invalid' | 'cancelled';
    readonly durationMs: number;
  }): void;
}

/** One check of a text; `outcome` is `clear` or the reason of its exit. */
export interface SafetyMetrics {
  observeSafety(check: {
    readonly mode: 'contract' | 'strict';
    readonly stage: 'input' | 'output';
    readonly outcome: string;
  }): void;
}

/** What the gateway reports about models. `provider` is one of the known names, or `other`. */
export interface LlmMetrics {
  /** One call; `outcome` is `answered`, or the error's code. */
  observeLlmCall(call: {
    readonly provider: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
  /** A circuit breaker changed. */
  observeCircuit(change: {
    readonly provider: string;
    readonly state: 'closed' | 'open' | 'half_open';
  }): void;
}

/** Where personas came from: a start that found something missing, or an admin who asked. */
export type PersonaRestoreSource = 'table' | 'file' | 'backup' | 'shipped' | 's3' | 'upload';

export interface PersonaMetrics {
  observePersonaBackup(backup: { readonly target: 'file' | 's3'; readonly outcome: 'ok' | 'error' }): void;
  /** `reason`: how personas.json was, or that somebody asked. */
  observePersonaRestore(restore: {
    readonly source: PersonaRestoreSource;
    readonly reason: 'ok' | 'missing' | 'corrupt' | 'asked';
  }): void;
}

export type ComponentStatus = 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY' | 'UNKNOWN';

export interface Readiness {
  /** A posted tree would run. */
  readonly ready: boolean;
  readonly components: Readonly<
    Record<
      string,
      { readonly status: ComponentStatus; readonly response_time_ms?: number; readonly detail?: string }
    >
  >;
}
