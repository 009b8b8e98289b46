/** `GET /api/users/list` and `/api/users/stats`: who uses this server. For admins. */
import { isoMicros } from '../../core/time.ts';
import type { UserRecord } from '../../ports/user-store.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

const DAY_MS = 86_400_000;
const PERIOD_DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;
/** Longer away than this is inactive; a guest's session has ended then. */
const INACTIVE_AFTER_DAYS = 30;
const STATUSES = ['active', 'inactive'] as const;
const DEFAULT_LIMIT = 100;
const MOST = 1_000;

export function listUsersRoute(deps: ApiDeps): ApiMiddleware {
  return forAdmins(async function listUsers(context) {
    const limit = one(context, 'limit') ?? String(DEFAULT_LIMIT);
    if (!/^\d{1,9}$/.test(limit))
      return refuse(context, 400, 'invalid_params', 'limit must be a whole number');
    const status = STATUSES.find((known) => known === one(context, 'status'));
    if (status === undefined && !isAll(one(context, 'status')))
      return refuse(context, 400, 'invalid_params', 'status must be active, inactive or all');
    await deps.activity.flush();
    const since = isoMicros(deps.clock.now() - INACTIVE_AFTER_DAYS * DAY_MS);
    const found = await deps.store.users.list({
      since,
      limit: Math.min(Number(limit), MOST),
      ...(status === undefined ? {} : { status }),
    });
    const users = found.map((user) => shown(user, since));
    context.body = { success: true, users, count: users.length };
  });
}

export function userStatsRoute(deps: ApiDeps): ApiMiddleware {
  return forAdmins(async function userStats(context) {
    const period = one(context, 'period') ?? 'all';
    if (period !== 'all' && !Object.hasOwn(PERIOD_DAYS, period))
      return refuse(context, 400, 'invalid_params', 'period must be all, day, week, month or year');
    await deps.activity.flush();
    const now = deps.clock.now();
    const days = period === 'all' ? null : PERIOD_DAYS[period as keyof typeof PERIOD_DAYS];
    const { total, active, created } = await deps.store.users.stats(
      days === null ? null : isoMicros(now - days * DAY_MS),
    );
    context.body = {
      success: true,
      total_users: total,
      active_users: active,
      new_users: created,
      period,
      timestamp: isoMicros(now),
    };
  });
}

/** The answer existing clients know, whoever asks: guests, users, and tokens without the role. */
function forAdmins(handle: (context: ApiContext) => Promise<void>): ApiMiddleware {
  return async function adminsOnly(context) {
    context.set('Cache-Control', 'no-store');
    if (context.state.identity?.isAdmin !== true)
      return refuse(context, 401, 'unauthorized', 'Admin authentication required');
    return handle(context);
  };
}

function refuse(context: ApiContext, status: number, error: string, message: string): void {
  context.status = status;
  context.body = { success: false, error, message };
}

function shown(user: UserRecord, activeSince: string) {
  return {
    user_id: user.userId,
    username: user.username,
    status: user.lastActiveAt >= activeSince ? 'active' : 'inactive',
    last_active_at: user.lastActiveAt,
    source: user.source,
    user_agent: user.userAgent,
    created_at: user.createdAt,
  };
}

/** An empty value counts as absent. */
function one(context: ApiContext, name: string): string | undefined {
  const value = context.query[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}

function isAll(status: string | undefined): boolean {
  return status === undefined || status === 'all';
}
