/** `GET /api/quota/status` and `/api/quota/system-stats`, in the shapes existing clients read. */
import { AppError } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { chargedOf } from '../runs/charged-of.ts';
import type { ApiMiddleware } from '../state.ts';

export function quotaStatusRoute(deps: ApiDeps): ApiMiddleware {
  return async function quotaStatus(context) {
    const { identity } = context.state;
    if (identity === undefined) throw new Error('identify must run before the quota routes');
    context.set('Cache-Control', 'no-store');
    const quota = await deps.ledger.status(chargedOf(identity));
    context.body = { user_id: identity.userId, quota, is_premium: quota.is_premium };
  };
}

/** On an open demo deployment for everybody, elsewhere for admins. */
export function systemStatsRoute(deps: ApiDeps): ApiMiddleware {
  return async function systemStats(context) {
    context.set('Cache-Control', 'no-store');
    if (!deps.settings.demoMode && context.state.identity?.isAdmin !== true)
      throw new AppError('forbidden', 'System stats are for admins where DEMO_MODE is off');
    context.body = await deps.ledger.systemStats();
  };
}
