/** What Prometheus and Grafana ask for is what the server has, and they ask where a server is. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly annotations: { readonly summary: string; readonly action: string };
}
const alerts = parse(read('monitoring/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('monitoring/grafana/dashboards/taskgrove.json')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

/** Metric names as the code declares them, with what a histogram makes of its name. */
const declared = new Set(
  globSync('src/telemetry/**/*.ts', { cwd: ROOT })
    .flatMap((path) => [...read(path).matchAll(/name: '([a-z_]+)'/g)])
    .flatMap(([, name]) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]),
);
const WORDS = /\b(?:app|conversational_core|http|taskgrove)_[a-z_]+\b/g;
const unknownIn = (expr: string) => (expr.match(WORDS) ?? []).filter((name) => !declared.has(name));

describe('monitoring', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('alert %s', (_name, rule) => {
    expect(unknownIn(rule.expr)).toEqual([]);
    expect(rule.for).toMatch(/^\d+m$/);
    expect(rule.annotations.summary.length * rule.annotations.action.length).toBeGreaterThan(0);
  });

  it.each(dashboard.panels.map((panel) => [panel.title, panel] as const))('panel %s', (_title, panel) => {
    for (const { expr } of panel.targets) {
      expect(unknownIn(expr)).toEqual([]);
      expect(expr.match(WORDS)?.length).toBeGreaterThan(0);
    }
  });

  it('scrapes services there are, at the port of the image', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: object };
    const config = parse(read('monitoring/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const port = /METRICS_PORT=(\d+)/.exec(read('Dockerfile'))?.[1];
    const targets = config.scrape_configs.flatMap((job) =>
      job.static_configs.flatMap((entry) => entry.targets),
    );
    expect(targets.length).toBeGreaterThan(4);
    for (const target of targets) {
      const [host = '', given] = target.split(':');
      expect(Object.keys(services)).toContain(host);
      expect(given).toBe(port);
    }
  });
});
