/** What watches and deploys this server asks of it: probes, version, build. */
import { pythonIso } from '../../../core/experiments/python-text.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { getRoute } from '../get-route.ts';
import type { LabRoute } from '../lab-route.ts';
import { LAB_SERVICE } from '../lab-service.ts';
import { sendJson } from '../send-json.ts';
import { META_ENDPOINTS } from './meta-endpoints.ts';

export function serviceRoutes(deps: ApiDeps): LabRoute[] {
  const { build } = deps.lab;
  return [
    getRoute('/live', () => ({ status: 'live' })),
    readyRoute(deps),
    // Always 200 while the process answers: degraded parts are named, not punished with a restart.
    getRoute('/health', async () => {
      const { ready, components } = await deps.readiness();
      return { status: 'ok', ready, version: deps.settings.version, components };
    }),
    getRoute('/version', () => ({
      service: LAB_SERVICE.name,
      version: LAB_SERVICE.version,
      host: build.host,
      port: build.port,
      workers: build.workers,
    })),
    getRoute('/__meta', () => ({
      service: LAB_SERVICE.name,
      version: LAB_SERVICE.version,
      git: build.git,
      build: { time: build.time, containerized: build.isContainerized },
      runtime: {
        python: null,
        implementation: 'Node.js',
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        pid: process.pid,
        as_of: pythonIso(deps.clock.now()),
      },
      endpoints: META_ENDPOINTS,
    })),
  ];
}

/** 200 when a posted tree would run, else 503; why not is in `/health`. */
function readyRoute(deps: ApiDeps): LabRoute {
  return {
    method: 'GET',
    path: '/ready',
    async answer(context) {
      const { ready } = await deps.readiness();
      context.set('Cache-Control', 'no-store');
      if (!ready) context.set('Retry-After', '1');
      sendJson(context, JSON.stringify({ status: ready ? 'ready' : 'not_ready' }), ready ? 200 : 503);
    },
  };
}
