/** The condition of a filter in SQL. Numbers travel as text and are cast: both databases take that for any size. */
import type { UsageFilter } from '../../ports/usage-store.ts';
import type { Parameter } from '../session.ts';

/** `parameters` grows by what the condition needs. */
export function usageWhere(filter: UsageFilter, parameters: Parameter[]): string {
  const parts = ['1 = 1'];
  const { userId, executor, model, fromMs, toMs } = filter;
  if (userId !== undefined) parts.push(`user_id = $${parameters.push(userId)}`);
  if (executor !== undefined) parts.push(`executor = $${parameters.push(executor)}`);
  if (model !== undefined) parts.push(`model = $${parameters.push(model)}`);
  if (fromMs !== undefined) parts.push(`ended_at >= $${parameters.push(String(Math.ceil(fromMs)))}::bigint`);
  if (toMs !== undefined) parts.push(`ended_at < $${parameters.push(String(Math.ceil(toMs)))}::bigint`);
  return parts.join(' AND ');
}
