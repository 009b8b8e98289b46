/** What clients may use a day, what they have used, and what they are told beyond it. */
import { pythonIso } from '../../../core/experiments/python-text.ts';
import type { QuotaEvent } from '../../../ports/experiment-store.ts';
import type { LabClient, LabUsage } from '../../../ports/experiments.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { callerOf } from '../caller.ts';
import { getRoute } from '../get-route.ts';
import type { LabRoute } from '../lab-route.ts';
import { sendJson } from '../send-json.ts';

const EXITS = {
  exits: [
    {
      code: 'MONETIZATION_CAP_EXCEEDED',
      http_status: 429,
      summary: 'Daily request cap reached for your plan.',
      headers: {
        'X-Monetization-Exit': 'Machine-readable exit reason',
        'X-Monetization-Client': 'Resolved client id used for metering',
        'X-Monetization-Plan': 'Resolved plan (FREE|PREMIUM|INTERNAL)',
        'Retry-After': 'Seconds until a generic retry is advisable',
      },
      retry_hint_utc: null,
    },
  ],
  header_contract: {
    'X-Monetization-Exit': 'Stable exits like CAP_EXCEEDED',
    'X-Monetization-Client': 'Echo of the metered client id',
    'X-Monetization-Plan': 'Resolved plan at time of decision',
    'Retry-After': 'Advisory seconds; true reset is next UTC midnight for FREE',
  },
  notes: 'For production, replace header-plans with real auth and central storage (e.g., Redis).',
};
const CONFIG_NOTES = 'Header-based plan selection is for experiments only. Do not use in production.';

export function monetizationRoutes(deps: ApiDeps): LabRoute[] {
  const { monetization } = deps.lab;
  const statusOf = ({ id, plan }: LabClient, { used, cap }: LabUsage) => ({
    client_id: id,
    plan,
    usage_today: used,
    daily_cap: cap,
    remaining_today: Math.max(0, cap - used),
    as_of_utc: pythonIso(deps.clock.now()),
  });
  return [
    getRoute('/monetization/status', async (context) => {
      const client = callerOf(context, deps);
      return statusOf(client, await monetization.usage(client));
    }),
    getRoute('/monetization/config', () => ({
      enabled: monetization.settings.isEnabled,
      free_tier_daily_requests: monetization.settings.freeDailyRequests,
      allow_header_plans: monetization.settings.allowsHeaderPlans,
      notes: CONFIG_NOTES,
    })),
    getRoute('/monetization/exits', () => EXITS),
    getRoute('/monetization/metrics', async () => {
      const { plans, clients, recent } = await monetization.events();
      return { plans: Object.fromEntries(plans), clients_top: clients, recent: recent.map(shown) };
    }),
    {
      method: 'POST',
      path: '/monetization/test',
      async answer(context) {
        const client = callerOf(context, deps);
        sendJson(context, JSON.stringify(statusOf(client, await monetization.test(client))));
      },
    },
  ];
}

function shown({ atMs, client, plan, outcome, used, cap }: QuotaEvent) {
  return { ts: pythonIso(atMs), client_id: client, plan, outcome, usage: used, cap };
}
