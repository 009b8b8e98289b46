/** `/metrics` on a port of its own (METRICS_PORT): for the scraper's network, not the public one. */
import type { RequestListener } from 'node:http';
import type { ApiMetrics, Logger } from '../ports/telemetry.ts';

/** Answers `GET /metrics` and nothing else. */
export function metricsListener(metrics: ApiMetrics, logger: Logger): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?')[0];
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    metrics.render().then(
      ({ contentType, body }) => response.writeHead(200, { 'content-type': contentType }).end(body),
      (error: unknown) => {
        logger.warn({ err: error }, 'the metrics could not be read');
        response.writeHead(500).end();
      },
    );
  };
}
