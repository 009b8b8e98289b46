/** Checks the deployment files without a cluster or a network: shapes, selectors, and names against the settings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const settings = new Set(read('.env.example').match(/(?<=^# )[A-Z][A-Z0-9_]*(?==)/gm));
/** Read by Node itself. */
const FOREIGN = new Set(['NODE_ENV']);

const manifestPaths = readdirSync(join(ROOT, 'k8s'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => `k8s/${path}`);

function documents(path: string): JsonObject[] {
  return parseAllDocuments(read(path)).map((document) => {
    expect(document.errors, path).toEqual([]);
    return document.toJS() as JsonObject;
  });
}

function at(value: JsonValue | undefined, ...path: (string | number)[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isJsonObject(inner) ? inner[String(key)] : undefined;
  }, value);
}

const base = manifestPaths
  .filter((path) => path.startsWith('k8s/base/') && !path.endsWith('dynamic-config.yaml'))
  .flatMap(documents);
const ofKind = (kind: string) => base.filter((manifest) => manifest['kind'] === kind);
const deployments = ofKind('Deployment');

describe('settings', () => {
  it('are read from .env.example', () => {
    expect([...settings]).toEqual(
      expect.arrayContaining(['HOST', 'ROLE', 'DATABASE_URL', 'TASKGROVE_SECRET']),
    );
  });

  it('named in the ConfigMap and the Deployments exist', () => {
    const configured = ofKind('ConfigMap').flatMap((manifest) =>
      Object.entries(manifest['data'] as JsonObject),
    );
    const direct = deployments.flatMap(
      (manifest) => at(manifest, 'spec', 'template', 'spec', 'containers', 0, 'env') as { name: string }[],
    );
    const names = [...configured.map(([name]) => name), ...direct.map(({ name }) => name)];
    expect(names.filter((name) => !settings.has(name))).toEqual([]);
    expect(configured.filter(([, value]) => typeof value !== 'string')).toEqual([]);
  });

  it('named in the Dockerfile exist', () => {
    const names = [...read('Dockerfile').matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) =>
      [...(line ?? '').matchAll(/(?:^| )([A-Z_]+)=/g)].map(([, name]) => name as string),
    );
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !settings.has(name) && !FOREIGN.has(name))).toEqual([]);
  });
});

describe('Kubernetes manifests', () => {
  it.each(manifestPaths)('%s parses', (path) => {
    for (const manifest of documents(path)) expect(Object.keys(manifest).length).toBeGreaterThan(0);
  });

  it('have kind, apiVersion and a name', () => {
    for (const manifest of base.filter(({ kind }) => kind !== 'Kustomization')) {
      expect(manifest['apiVersion']).toMatch(/^([a-z.0-9]+\/)?v\d/);
      expect(at(manifest, 'metadata', 'name')).toMatch(/^[a-z0-9-]+$/);
    }
  });

  it('are all listed, and everything listed is there', () => {
    for (const folder of ['k8s/base', 'k8s/overlays/pi']) {
      const kustomization = parse(read(`${folder}/kustomization.yaml`)) as JsonObject;
      const listed = [
        ...((kustomization['resources'] as string[]) ?? []),
        ...((kustomization['patches'] as { path: string }[]) ?? []).map(({ path }) => path),
        ...((at(kustomization, 'configMapGenerator', 0, 'files') as string[] | undefined) ?? []),
      ];
      const there = readdirSync(join(ROOT, folder)).filter((name) => name !== 'kustomization.yaml');
      expect(listed.filter((name) => !name.startsWith('..')).sort()).toEqual(there.sort());
    }
  });

  it('have selectors that match the labels of their pods', () => {
    const pods = deployments.map((manifest) => at(manifest, 'spec', 'template', 'metadata', 'labels'));
    const selectors = [
      ...deployments.map((manifest) => at(manifest, 'spec', 'selector', 'matchLabels')),
      ...ofKind('Service').map((manifest) => at(manifest, 'spec', 'selector')),
      ...ofKind('PodDisruptionBudget').map((manifest) => at(manifest, 'spec', 'selector', 'matchLabels')),
    ];
    for (const selector of selectors) {
      const matching = pods.filter((labels) =>
        Object.entries(selector as JsonObject).every(([name, value]) => at(labels, name) === value),
      );
      expect(matching).toHaveLength(1);
    }
    const names = deployments.map((manifest) => at(manifest, 'metadata', 'name'));
    for (const scaler of ofKind('HorizontalPodAutoscaler'))
      expect(names).toContain(at(scaler, 'spec', 'scaleTargetRef', 'name'));
  });

  it.each(deployments.map((manifest) => [at(manifest, 'metadata', 'name'), manifest] as const))(
    '%s is probed, limited, drained and unprivileged',
    (_name, manifest) => {
      const pod = at(manifest, 'spec', 'template', 'spec');
      const container = at(pod, 'containers', 0);
      const port = at(container, 'ports', 0, 'name');
      expect(at(container, 'livenessProbe', 'httpGet')).toEqual({ path: '/live', port });
      expect(at(container, 'readinessProbe', 'httpGet')).toEqual({ path: '/ready', port });
      expect(at(pod, 'terminationGracePeriodSeconds')).toBe(35);
      expect(at(pod, 'securityContext', 'runAsNonRoot')).toBe(true);
      expect(at(container, 'securityContext')).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
      expect(at(container, 'resources', 'limits', 'memory')).toBeDefined();
      const isWorker = at(container, 'env', 0, 'value') === 'worker';
      const expected = at(ofKind('ConfigMap')[0], 'data', isWorker ? 'METRICS_PORT' : 'PORT');
      expect(String(at(container, 'ports', 0, 'containerPort'))).toBe(expected);
      const mounted = (at(container, 'volumeMounts') as { name: string }[]).map(({ name }) => name);
      expect(mounted).toEqual((at(pod, 'volumes') as { name: string }[]).map(({ name }) => name));
    },
  );

  it('give a pod more time than draining takes', () => {
    const graceMs = Number(at(ofKind('ConfigMap')[0], 'data', 'SHUTDOWN_GRACE_MS'));
    expect(5_000 + graceMs).toBeLessThan(35_000);
  });

  it('keep secrets out', () => {
    for (const path of manifestPaths)
      expect(read(path), path).not.toMatch(/^\s*(DATABASE_URL|TASKGROVE_SECRET):/m);
  });
});

describe('docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as JsonObject;
  const services = compose['services'] as Record<string, JsonObject>;

  it('has the profiles it says it has', () => {
    const names = (profile: string) =>
      Object.keys(services)
        .filter((name) => ((services[name]?.['profiles'] ?? []) as string[]).includes(profile))
        .sort();
    const shared = ['postgres', 'temporal', 'temporal-ui', 'worker'];
    expect(names('dev')).toEqual(['taskgrove']);
    expect(names('pi')).toEqual(['taskgrove-pi']);
    expect(names('full')).toEqual(['api', ...shared]);
    expect(names('scaled')).toEqual(['app1', 'app2', 'app3', 'nginx', ...shared]);
    expect(names('monitoring')).toEqual(['grafana', 'prometheus']);
  });

  it('sets only settings that exist, and depends only on services that exist', () => {
    for (const name of ['api', 'app1', 'app2', 'app3', 'worker']) {
      const environment = services[name]?.['environment'] as JsonObject;
      expect(Object.keys(environment).filter((key) => !settings.has(key))).toEqual([]);
      expect(environment['ROLE']).toBe(name === 'worker' ? 'worker' : 'api');
    }
    for (const service of Object.values(services)) {
      const needed = service['depends_on'] ?? [];
      for (const name of Array.isArray(needed) ? needed : Object.keys(needed as JsonObject))
        expect(services[String(name)]).toBeDefined();
    }
  });

  it('pins images, uses named volumes and mounts files that exist', () => {
    for (const service of Object.values(services)) {
      expect(service['image']).toMatch(service['build'] ? /^taskgrove:/ : /:v?\d/);
      for (const volume of (service['volumes'] as string[]) ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source)), source).toBe(true);
        else expect(Object.keys(compose['volumes'] as JsonObject)).toContain(source);
      }
      for (const port of (service['ports'] as string[]) ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('builds stages the Dockerfile has', () => {
    const stages = [...read('Dockerfile').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    for (const service of Object.values(services))
      if (service['build']) expect(stages).toContain(at(service['build'], 'target'));
    expect(stages.at(-1)).toBe('server');
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('runs as a user, with a health check, from built files', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n.*\/live/m);
    expect(dockerfile).toContain('HOST=0.0.0.0');
    expect(dockerfile).not.toContain('alpine');
  });

  it('copies only what .dockerignore lets through', () => {
    const allowed = new Set(read('.dockerignore').match(/(?<=^!).+/gm));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, files]) => files?.split(' ') ?? [],
    );
    expect(copied.filter((file) => !allowed.has(file))).toEqual([]);
  });
});
