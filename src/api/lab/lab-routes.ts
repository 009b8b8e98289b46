/** All routes of the lab: A/B predictions, feedback, plans, safety, probes and fun. */
import type { ApiDeps } from '../api-deps.ts';
import type { LabRoute } from './lab-route.ts';
import { playgroundRoutes } from './playground/playground-routes.ts';
import { experimentRoutes } from './routes/experiment-routes.ts';
import { feedbackRoutes } from './routes/feedback-routes.ts';
import { funRoutes } from './routes/fun-routes.ts';
import { metricsRoute } from './routes/metrics-route.ts';
import { monetizationRoutes } from './routes/monetization-routes.ts';
import { predictRoute } from './routes/predict-route.ts';
import { safetyRoutes } from './routes/safety-routes.ts';
import { serviceRoutes } from './routes/service-routes.ts';

export function labRoutes(deps: ApiDeps): LabRoute[] {
  return [
    predictRoute(deps),
    ...experimentRoutes(deps),
    ...feedbackRoutes(deps),
    ...monetizationRoutes(deps),
    ...safetyRoutes(deps),
    ...serviceRoutes(deps),
    ...funRoutes(deps),
    ...playgroundRoutes(),
    ...(deps.metrics === undefined || !deps.settings.hasMetricsRoute ? [] : [metricsRoute(deps.metrics)]),
  ];
}
