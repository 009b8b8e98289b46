/** Makes sure that our namespace exists and keeps closed runs for a week. Safe to repeat, and from many processes. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { AppError } from '../../core/errors.ts';

const GRPC_NOT_FOUND = 5;
const GRPC_ALREADY_EXISTS = 6;
const RETENTION_SECONDS = 7 * 24 * 3600;
const VISIBLE_WITHIN_MS = 30_000;

/**
 * Creates the namespace when it is missing. A shorter retention is raised only with `isOwnServer`: on a server that
 * was given to us its operator decides. Returns when the server describes it. Throws `unavailable` when it never does.
 */
export async function registerNamespace(
  connection: Connection,
  namespace: string,
  options: { readonly isOwnServer: boolean },
): Promise<void> {
  let retentionSeconds = await describeRetention(connection, namespace);
  if (retentionSeconds === null) {
    await create(connection, namespace);
    retentionSeconds = await describeWithin(connection, namespace, VISIBLE_WITHIN_MS);
  }
  if (options.isOwnServer && retentionSeconds < RETENTION_SECONDS) {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: duration(RETENTION_SECONDS) },
    });
  }
}

async function create(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: 'Task trees of Taskgrove',
      workflowExecutionRetentionPeriod: duration(RETENTION_SECONDS),
    });
  } catch (error) {
    // Another process was quicker.
    if (!(isGrpcServiceError(error) && error.code === GRPC_ALREADY_EXISTS)) throw error;
  }
}

/** A server of many nodes takes a moment to tell them all. */
async function describeWithin(connection: Connection, namespace: string, withinMs: number): Promise<number> {
  const until = Date.now() + withinMs;
  for (;;) {
    const retentionSeconds = await describeRetention(connection, namespace);
    if (retentionSeconds !== null) return retentionSeconds;
    if (Date.now() > until) {
      throw new AppError('unavailable', `Temporal namespace ${namespace} did not appear`);
    }
    await delay(200);
  }
}

async function describeRetention(connection: Connection, namespace: string): Promise<number | null> {
  try {
    const answer = await connection.workflowService.describeNamespace({ namespace });
    return Number(answer.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND) return null;
    throw error;
  }
}

type RegisterRequest = Parameters<Connection['workflowService']['registerNamespace']>[0];
type ProtoDuration = NonNullable<RegisterRequest['workflowExecutionRetentionPeriod']>;

/** The generated types want a 64-bit Long; the encoder takes a plain number as well. */
function duration(seconds: number): ProtoDuration {
  return { seconds } as unknown as ProtoDuration;
}
