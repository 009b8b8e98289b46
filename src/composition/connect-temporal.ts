/** One native connection for client and worker (eager start needs that), on the server that was found or started. */
import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config.ts';
import type { Logger } from '../ports/telemetry.ts';
import { ensureTemporal, type TemporalServer } from '../temporal/dev-server/ensure-temporal.ts';
import { createPayloadCodec } from '../temporal/payload-codec.ts';

export interface TemporalParts {
  readonly server: TemporalServer;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly codec: PayloadCodec | null;
}

export async function connectTemporal(
  config: Config,
  logger: Logger,
  options: { readonly onProgress: (text: string) => void; readonly signal?: AbortSignal },
): Promise<TemporalParts> {
  const server = await ensureTemporal({
    address: config.temporalAddress,
    namespace: config.temporalNamespace,
    dataDir: config.dataDir,
    cliPath: config.temporalCliPath,
    port: config.temporalPort,
    uiPort: config.temporalUiPort,
    cacheDir: config.cacheDir,
    environment: config.childEnvironment,
    logger: { warn: (fields, message) => logger.warn({ ...fields }, message) },
    ...options,
  });
  try {
    const connection = await NativeConnection.connect({ address: server.address });
    const codec =
      config.temporalEncrypt && config.secret !== null ? createPayloadCodec(config.secret.reveal()) : null;
    const client = new Client({
      connection,
      namespace: server.namespace,
      ...(codec === null ? {} : { dataConverter: { payloadCodecs: [codec] } }),
    });
    return { server, connection, client, codec };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
