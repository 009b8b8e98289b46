/** Has the engine fetch an image that it lacks, and tells how far it is. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { AppError } from '../src/core/errors.ts';
import type { Network } from '../src/core/executor.ts';
import { engineFailure } from './_docker-engine.ts';

interface PullOptions {
  readonly network: Network;
  readonly signal: AbortSignal;
  /** From 0 to 1, of the layers that are known so far. */
  onProgress(progress: number, message: string): void;
}

interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** What may be otherwise in a moment: the registry is away or wants less to do. */
const PASSING =
  /toomanyrequests|timeout|connection re(set|fused)|no such host|unexpected EOF|TLS handshake|5\d\d /i;
const EVERY_MS = 500;

/** Throws AppError, or the signal's reason. */
export async function pullImage(engine: Docker, image: string, options: PullOptions): Promise<void> {
  const { signal, network } = options;
  const registry = registryOf(image);
  // The engine connects itself; this keeps a task from pointing it at the server's own network by a plain address.
  if (registry !== null) await network.resolve(registry);
  let lines: NodeJS.ReadableStream;
  try {
    lines = await engine.createImage({ ...named(image), abortSignal: signal });
  } catch (error) {
    signal.throwIfAborted();
    throw engineFailure(error, `The image ${image} cannot be pulled`);
  }
  const failed = await readProgress(lines as Readable, image, options);
  signal.throwIfAborted();
  if (failed === null) return;
  const text = `The image ${image} cannot be pulled: ${failed.slice(0, 1_000)}`;
  throw new AppError(PASSING.test(failed) ? 'task_transient' : 'task_failed', text);
}

/** Without a tag the engine would fetch all tags there are. */
function named(image: string): { fromImage: string; tag?: string } {
  if (image.includes('@')) return { fromImage: image };
  const colon = image.indexOf(':', image.lastIndexOf('/'));
  return colon === -1
    ? { fromImage: image, tag: 'latest' }
    : { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) };
}

/** Null for the engine's default one. The first part of a name is a host when it looks like one. */
function registryOf(image: string): string | null {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first.replace(/:\d+$/, '') : null;
}

/** The error the engine reports in the stream, whose status was 200 by then; null when there is none. */
async function readProgress(lines: Readable, image: string, { signal, onProgress }: PullOptions) {
  const layers = new Map<string, number>();
  let failed: string | null = null;
  let toldAt = 0;
  lines.once('error', (error) => {
    failed ??= error.message;
  });
  for await (const text of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY, signal })) {
    const line = parsed(text);
    failed ??= line.error ?? null;
    const { current, total } = line.progressDetail ?? {};
    if (line.id !== undefined && current !== undefined && total !== undefined && total > 0)
      layers.set(line.id, Math.min(1, current / total));
    if (Date.now() - toldAt < EVERY_MS || layers.size === 0) continue;
    toldAt = Date.now();
    const done = [...layers.values()].reduce((sum, share) => sum + share, 0) / layers.size;
    onProgress(Math.round(done * 100) / 100, `Pulling ${image}: ${line.status ?? ''}`);
  }
  return failed;
}

function parsed(text: string): PullLine {
  try {
    return (JSON.parse(text) as PullLine | null) ?? {};
  } catch (error) {
    // A line that says nothing; whether the image came is seen when the container is made.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
