/** One container from its creation to its removal. All attempts at a task share it: its name comes from their key. */
import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { AppError } from '../src/core/errors.ts';
import type { ExecutorLogger, Network } from '../src/core/executor.ts';
import { ContainerOutput } from './_container-output.ts';
import { engineFailure, isEngineStatus, openEngine } from './_docker-engine.ts';
import { pullImage } from './_pull-image.ts';

export interface EngineAccess {
  readonly address: string | null;
  readonly network: Network;
  readonly logger: ExecutorLogger;
}

export interface ContainerJob {
  readonly request: Docker.ContainerCreateOptions;
  readonly idempotencyKey: string;
  /** Not removed when it has ended by itself. */
  readonly isKept: boolean;
  readonly signal: AbortSignal;
  onPull(progress: number, message: string): void;
}

export interface ContainerResult {
  readonly containerId: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly logs: string;
  readonly isTruncated: boolean;
}

const LABEL = 'taskgrove.key';
/** Time for a command to end by itself when it is told to, and for everything there is to do when a task is stopped. */
const TERM_MS = 300;
const STOP_MS = 850;

/** Throws AppError, or the signal's reason. No container is left behind but one whose engine is out of reach for now. */
export async function runContainer(access: EngineAccess, job: ContainerJob): Promise<ContainerResult> {
  const engine = await openEngine(access.address);
  const found = await findOrCreate(engine, access, job);
  const { container } = found;
  try {
    const result = await follow(engine, found, job);
    if (!job.isKept) await remove(container, access.logger);
    return result;
  } catch (error) {
    // An engine that is out of reach for now keeps the container for the next attempt.
    if (!AppError.is(error) || !error.retryable) await stop(container, access.logger);
    throw error;
  }
}

interface FoundContainer {
  readonly container: Docker.Container;
  /** Not started yet. One that has ended must not be: it would run again. */
  readonly isNew: boolean;
}

async function findOrCreate(
  engine: Docker,
  access: EngineAccess,
  job: ContainerJob,
): Promise<FoundContainer> {
  const key = createHash('sha256').update(job.idempotencyKey).digest('hex');
  const name = `taskgrove-${key.slice(0, 32)}`;
  const image = job.request.Image ?? '';
  for (let isPulled = false; ; isPulled = true) {
    job.signal.throwIfAborted();
    try {
      // Not aborted: who hangs up does not learn whether there is a container now.
      const container = await engine.createContainer({ ...job.request, name, Labels: { [LABEL]: key } });
      return { container, isNew: true };
    } catch (error) {
      if (isEngineStatus(error, 409)) return existing(engine, name, key);
      if (!isEngineStatus(error, 404) || isPulled) throw engineFailure(error, `No container of ${image}`);
    }
    await pullImage(engine, image, { ...access, signal: job.signal, onProgress: job.onPull });
  }
}

/** Of an attempt before this one, whose worker was lost. */
async function existing(engine: Docker, name: string, key: string): Promise<FoundContainer> {
  const container = engine.getContainer(name);
  try {
    const { Id: id, Config: config, State: state } = await container.inspect();
    if (config.Labels?.[LABEL] === key)
      return { container: engine.getContainer(id), isNew: state.Status === 'created' };
  } catch (error) {
    throw engineFailure(error, `The container ${name}`);
  }
  throw new AppError('task_failed', `There is a container named ${name} that is not this task's`);
}

async function follow(
  engine: Docker,
  { container, isNew }: FoundContainer,
  job: ContainerJob,
): Promise<ContainerResult> {
  const { signal } = job;
  const output = new ContainerOutput();
  try {
    if (isNew) await container.start({ abortSignal: signal });
    const written = await container.logs({ follow: true, stdout: true, stderr: true, abortSignal: signal });
    engine.modem.demuxStream(written, output.stdout, output.stderr);
    await finished(written, { signal });
    const { StatusCode: exitCode } = await container.wait({ abortSignal: signal });
    return { containerId: container.id, exitCode, ...output.result() };
  } catch (error) {
    signal.throwIfAborted();
    throw engineFailure(error, `The container of ${job.request.Image}`);
  }
}

/** Ends the command, politely first, and removes the container. Never takes longer than a task may take to stop. */
async function stop(container: Docker.Container, logger: ExecutorLogger): Promise<void> {
  const ended = async () => {
    await container
      .kill({ signal: 'SIGTERM' })
      .then(
        () => container.wait({ abortSignal: AbortSignal.timeout(TERM_MS) }),
        () => undefined,
      )
      .catch(() => undefined);
    await remove(container, logger);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_MS);
  });
  await Promise.race([ended(), late]);
  clearTimeout(timer);
}

async function remove(container: Docker.Container, logger: ExecutorLogger): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // 404, 409: it is gone, or somebody is at it.
    if (isEngineStatus(error, 404) || isEngineStatus(error, 409)) return;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ container: container.id, reason }, 'A container could not be removed');
  }
}
