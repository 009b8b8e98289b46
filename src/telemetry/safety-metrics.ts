/** Counts what the safety engine decides. */
import { Counter, type Registry } from 'prom-client';
import type { SafetyMetrics } from '../ports/telemetry.ts';

export function safetyMetrics(registry: Registry): SafetyMetrics {
  const checks = new Counter({
    name: 'taskgrove_safety_checks_total',
    help: 'Checks of texts by mode, stage and outcome (clear or the reason of the exit).',
    labelNames: ['mode', 'stage', 'outcome'] as const,
    registers: [registry],
  });
  return { observeSafety: (check) => checks.inc(check) };
}
