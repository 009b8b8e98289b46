/** The connection to the container engine, and what its errors mean for a task. */
import type Docker from 'dockerode';
import { AppError } from '../src/core/errors.ts';

/** Null = where the engine usually listens. */
export async function openEngine(address: string | null): Promise<Docker> {
  const { default: Engine } = await import('dockerode');
  if (address === null) return new Engine();
  const [scheme = '', rest = ''] = address.split('://');
  if (scheme !== 'tcp') return new Engine({ socketPath: rest, host: undefined });
  const { hostname, port } = new URL(`http://${rest}`);
  return new Engine({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
}

export function isEngineStatus(error: unknown, status: number): boolean {
  return error instanceof Error && (error as EngineError).statusCode === status;
}

interface EngineError extends Error {
  /** Absent when the engine did not answer at all. */
  readonly statusCode?: number;
  readonly json?: unknown;
  readonly code?: string;
}

/** The command itself is at fault, whatever status the engine gives: 400, 404 or 500, by its age. */
const WRONG_COMMAND =
  /executable file not found|no such file or directory|permission denied|is a directory|invalid mount|not a directory/i;

/** Terminal for what the same request would meet again, retryable for an engine that is away or in trouble. */
export function engineFailure(error: unknown, what: string): AppError {
  if (AppError.is(error)) return error;
  const { statusCode, json, code } = error as EngineError;
  if (statusCode === undefined) {
    const reason = code ?? (error instanceof Error ? error.message : String(error));
    const text = `The container engine does not answer (${reason}). An operator sets DOCKER_HOST to where it listens`;
    return new AppError('task_transient', text, { cause: error });
  }
  const said = (json as { message?: unknown } | null)?.message;
  const reason = typeof said === 'string' ? said : withoutStatus((error as Error).message);
  const isFinal = statusCode < 500 || WRONG_COMMAND.test(reason);
  return new AppError(isFinal ? 'task_failed' : 'task_transient', `${what}: ${reason.slice(0, 1_000)}`, {
    details: { status: statusCode },
    cause: error,
  });
}

/** The library puts `(HTTP code 404) unexpected - ` before what the engine said. */
function withoutStatus(message: string): string {
  return message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
