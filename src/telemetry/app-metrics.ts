/** The metrics of personas and studies, under the names that dashboards of the Persona Feedback Simulator know. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ApiMetrics, PersonaMetrics } from '../ports/telemetry.ts';

/** Seconds; a study asks models. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function appMetrics(registry: Registry): Pick<ApiMetrics, 'observeApp'> & PersonaMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'app_requests_total',
    help: 'Operations on personas and studies, by outcome (success, error).',
    labelNames: ['endpoint', 'status'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'app_response_time_seconds',
    help: 'Time they took.',
    labelNames: ['endpoint'] as const,
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: 'app_heartbeat',
    help: 'Time at which the metrics were read, in seconds since 1970: it stands still when the process does.',
    registers,
    collect() {
      this.set(Date.now() / 1_000);
    },
  });
  return {
    observeApp: ({ endpoint, isSuccess, durationMs }) => {
      requests.inc({ endpoint, status: isSuccess ? 'success' : 'error' });
      durations.observe({ endpoint }, durationMs / 1_000);
    },
    ...personaMetrics(registry),
  };
}

function personaMetrics(registry: Registry): PersonaMetrics {
  const registers = [registry];
  const backups = new Counter({
    name: 'taskgrove_persona_backups_total',
    help: 'Writings of the backup of personas, by target (file, s3) and outcome (ok, error).',
    labelNames: ['target', 'outcome'] as const,
    registers,
  });
  const restores = new Counter({
    name: 'taskgrove_persona_restores_total',
    help: 'Restores of personas, by source and by how personas.json was (or asked).',
    labelNames: ['source', 'reason'] as const,
    registers,
  });
  return {
    observePersonaBackup: (backup) => backups.inc(backup),
    observePersonaRestore: (restore) => restores.inc(restore),
  };
}
