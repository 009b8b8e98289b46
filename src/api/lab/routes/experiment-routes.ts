/** Policies, counts and the leaderboard of the A/B experiments. */
import { pythonIso } from '../../../core/experiments/python-text.ts';
import type { StyleCount } from '../../../ports/experiment-store.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { readQuery } from '../fastapi/read-query.ts';
import { getRoute } from '../get-route.ts';
import { LEADERBOARD_QUERY, POLICY_QUERY } from '../lab-models.ts';
import type { LabRoute } from '../lab-route.ts';
import { sendJson } from '../send-json.ts';

export function experimentRoutes({ lab, clock }: ApiDeps): LabRoute[] {
  const { experiments } = lab;
  return [
    getRoute('/policy', async (context) => {
      const name = readQuery(POLICY_QUERY, context.querystring)['name'] as string;
      return { name, weights: await experiments.weightsOf(name) };
    }),
    getRoute('/ab/summary', async () => {
      const counts = await experiments.counts();
      const groups = Object.fromEntries(
        [...Map.groupBy(counts, ({ group }) => group)].map(([group, own]) => [
          group,
          { ...Object.fromEntries(own.map(({ style, count }) => [style, count])), _total: total(own) },
        ]),
      );
      return { groups, grand_total: total(counts) };
    }),
    {
      method: 'POST',
      path: '/ab/reset',
      async answer(context) {
        await experiments.resetCounts();
        sendJson(context, '{"status":"ok","message":"AB counters reset"}');
      },
    },
    getRoute('/leaderboard', async (context) => {
      const days = readQuery(LEADERBOARD_QUERY, context.querystring)['days'] as number;
      return { as_of: pythonIso(clock.now()), days, results: await experiments.leaderboard(days) };
    }),
  ];
}

function total(counts: readonly StyleCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}
