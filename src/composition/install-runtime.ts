/** Temporal's core: its log goes to ours, its metrics to a loopback port, its own signal handling is off. */
import { Runtime } from '@temporalio/worker';
import type { Logger } from '../ports/telemetry.ts';
import { freePort } from '../temporal/dev-server/free-port.ts';

/** Once per process, before any other Temporal object. Returns where the core serves its metrics. */
export async function installRuntime(logger: Logger): Promise<string> {
  const bindAddress = `127.0.0.1:${await freePort(0)}`;
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: {
      metrics: {
        prometheus: {
          bindAddress,
          unitSuffix: true,
          countersTotalSuffix: true,
          useSecondsForDurations: true,
        },
        attachServiceName: false,
      },
    },
    logger: {
      log: (_level, message) => logger.debug({}, message),
      trace: () => undefined,
      debug: () => undefined,
      info: (message) => logger.debug({}, message),
      // A failed tree ends its workflow as failed: that is the user's news, not the operator's.
      warn: (message, meta) =>
        message === 'Workflow failed' ? logger.debug({}, message) : logger.warn({ ...meta }, message),
      error: (message, meta) => logger.error({ ...meta }, message),
    },
  });
  return bindAddress;
}
