/** Counts and times the calls of a method under the metrics that older dashboards know (`app_requests_total` …). */
import type { Method } from '../method.ts';

export function instrumented<Params>(method: Method<Params>): Method<Params> {
  return {
    ...method,
    async handle(params, call) {
      const { clock, metrics } = call.deps;
      const begunMs = clock.now();
      const observe = (isSuccess: boolean) =>
        metrics?.observeApp({ endpoint: method.name, isSuccess, durationMs: clock.now() - begunMs });
      try {
        const result = await method.handle(params, call);
        observe(true);
        return result;
      } catch (error) {
        observe(false);
        throw error;
      }
    },
  };
}
