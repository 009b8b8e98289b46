/** `/metrics`: for those who watch the process, not for its users. */
import type { ApiMetrics } from '../../../ports/telemetry.ts';
import type { LabRoute } from '../lab-route.ts';

export function metricsRoute(metrics: ApiMetrics): LabRoute {
  return {
    method: 'GET',
    path: '/metrics',
    async answer(context) {
      const { contentType, body } = await metrics.render();
      context.set('Content-Type', contentType);
      context.body = body;
    },
  };
}
