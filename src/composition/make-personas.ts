/** The service of personas by the settings, with the bucket where one is named. */
import type { Config } from '../config.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { CloudBackup } from '../personas/cloud-backup.ts';
import { type StartedPersonas, startPersonas } from '../personas/start-personas.ts';
import type { Store } from '../ports/store.ts';
import type { Logger, PersonaMetrics } from '../ports/telemetry.ts';

interface PersonaParts {
  readonly config: Config;
  readonly store: Store;
  readonly logger: Logger;
  readonly metrics: PersonaMetrics;
}

export function makePersonas(parts: PersonaParts): Promise<StartedPersonas> {
  const { config, store, logger, metrics } = parts;
  return startPersonas({
    store: store.personas,
    dataDir: config.dataDir,
    mostPerUser: config.maxPersonasPerUser,
    cloud: makeCloud(parts),
    logger,
    metrics,
    now: Date.now,
  });
}

function makeCloud({ config, logger, metrics }: PersonaParts): CloudBackup | null {
  const { personaBucket: bucket, personaBucketAccessKey: key, personaBucketSecretKey: secret } = config;
  if (bucket === null || key === null || secret === null) return null;
  return new CloudBackup({
    settings: {
      endpoint: config.personaBucketEndpoint,
      bucket,
      prefix: config.personaBucketPrefix,
      region: config.personaBucketRegion,
      accessKeyId: key.reveal(),
      secretAccessKey: secret.reveal(),
    },
    // The operator has named it, so it may have a private address.
    http: createHttpClient({ allowPrivateUrls: true }),
    logger,
    metrics,
    now: Date.now,
  });
}
