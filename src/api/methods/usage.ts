/** `usage.summary` and `usage.export`: what was used, by whom, and what it cost. Users see their own, admins all. */
import { z } from 'zod';
import { USAGE_GROUPS, type UsageGroupName, type UsageRow, usdText } from '../../core/usage.ts';
import type { Durations, OutcomeCounts, UsageGroup } from '../../ports/usage-store.ts';
import { type Call, defineMethod } from '../method.ts';
import { USAGE_CSV_HEAD, usageCsv } from '../usage/usage-csv.ts';
import { usageFilter, usageParams } from '../usage/usage-params.ts';

const shared = { scope: 'system', auth: { ownership: 'own-runs' }, bodyLimit: 'small' } as const;
const DEFAULT_GROUPS = 100;
/** Exports up to this many rows are in the answer itself. */
const INLINE_ROWS = 200;

const count = z.number().int();
const outcomes = z.object({ completed: count, failed: count, cancelled: count });
const durations = z
  .object({ p50: count.nullable(), p95: count.nullable() })
  .describe('Milliseconds; null where nothing was measured');
const group = z.object({
  user: z.string().nullish(),
  executor: z.string().nullish().describe('null: tasks without an executor'),
  model: z.string().nullish().describe('null: no model was asked, or several were'),
  day: z.string().nullish().describe('UTC'),
  runs: count.describe('0 by executor or model: a run has neither'),
  run_outcomes: outcomes,
  run_duration_ms: durations,
  attempts: count.describe('Attempts of tasks'),
  outcomes,
  duration_ms: durations,
  demo_attempts: count,
  demo_share: z.number().describe('0 to 1'),
  tokens: z.object({ input: count, output: count, total: count }),
  cost_nano_usd: count.nullable().describe('Of attempts whose price is known; null when none is'),
  cost_usd: z.string().nullable().describe('The same in dollars'),
  unpriced_attempts: count.describe('Attempts that used tokens at a price nobody knows'),
});

const groupName = z.enum(USAGE_GROUPS);
const summaryParams = usageParams.extend({
  group_by: z
    .union([groupName, z.array(groupName).max(USAGE_GROUPS.length)])
    .nullish()
    .describe('Default executor; several make a group of each combination'),
  limit: z.number().int().min(1).max(10_000).nullish().describe(`Most groups; default ${DEFAULT_GROUPS}`),
});

export const usageSummary = defineMethod<z.infer<typeof summaryParams>>({
  ...shared,
  name: 'usage.summary',
  title: 'Usage Summary',
  description: 'Runs, attempts, outcomes, durations, tokens and cost by user, executor, model or day.',
  category: 'monitoring',
  tags: ['usage', 'cost', 'tokens'],
  params: summaryParams,
  result: z.object({
    group_by: z.array(groupName),
    groups: z.array(group).describe('By day in the order of days, else the busiest first'),
    total: group,
    truncated: z.boolean().describe('There are more groups than the limit'),
  }),
  errors: ['forbidden'],
  examples: [
    { name: 'by executor', params: { group_by: 'executor' } },
    { name: 'by user and day', params: { group_by: ['user', 'day'], from: '2026-11-01', to: '2026-11-30' } },
  ],
  handle: async (params, call) => {
    const filter = usageFilter(params, call.identity);
    const groupBy = groupsOf(params.group_by);
    const limit = params.limit ?? DEFAULT_GROUPS;
    const { usage } = call.deps.store;
    const [groups, [total]] = await Promise.all([
      usage.summary({ ...filter, groupBy, limit: limit + 1 }),
      usage.summary({ ...filter, groupBy: [], limit: 1 }),
    ]);
    return {
      group_by: groupBy,
      groups: groups.slice(0, limit).map(shown),
      total: total === undefined ? undefined : shown(total),
      truncated: groups.length > limit,
    };
  },
});

function groupsOf(given: UsageGroupName | UsageGroupName[] | null | undefined): UsageGroupName[] {
  const names = [given ?? 'executor'].flat();
  return names.length === 0 ? ['executor'] : [...new Set(names)];
}

function shown(found: UsageGroup): z.infer<typeof group> {
  const attempts = sumOf(found.attempts);
  const isPriced = found.unpricedAttempts === 0 || found.costNanoUsd > 0;
  return {
    ...found.keys,
    runs: sumOf(found.runs),
    run_outcomes: { ...found.runs },
    run_duration_ms: durationsOf(found.runMs),
    attempts,
    outcomes: { ...found.attempts },
    duration_ms: durationsOf(found.attemptMs),
    demo_attempts: found.demoAttempts,
    demo_share: attempts === 0 ? 0 : found.demoAttempts / attempts,
    tokens: {
      input: found.inputTokens,
      output: found.outputTokens,
      total: found.inputTokens + found.outputTokens,
    },
    cost_nano_usd: isPriced ? found.costNanoUsd : null,
    cost_usd: isPriced ? usdText(found.costNanoUsd) : null,
    unpriced_attempts: found.unpricedAttempts,
  };
}

function sumOf(counts: OutcomeCounts): number {
  return counts.completed + counts.failed + counts.cancelled;
}

function durationsOf({ p50, p95 }: Durations) {
  return { p50, p95 };
}

const exportParams = usageParams.extend({
  format: z.enum(['csv', 'parquet']).nullish().describe('Default csv'),
});

export const usageExport = defineMethod<z.infer<typeof exportParams>>({
  ...shared,
  name: 'usage.export',
  title: 'Export Usage',
  description: 'Where to download usage rows as CSV or Parquet; small CSV exports are in the answer as well.',
  category: 'monitoring',
  tags: ['usage', 'export'],
  params: exportParams,
  result: z.object({
    format: z.enum(['csv', 'parquet']),
    url: z.string().describe('GET it with the same credential'),
    csv: z.string().optional().describe(`Up to ${INLINE_ROWS} rows`),
  }),
  errors: ['forbidden'],
  examples: [{ name: 'a month', params: { format: 'csv', from: '2026-11-01', to: '2026-11-30' } }],
  handle: async ({ format, ...params }, call) => {
    const filter = usageFilter(params, call.identity);
    const query = new URLSearchParams({ format: format ?? 'csv' });
    for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
    const url = `${call.deps.settings.publicUrl ?? ''}/api/usage/export?${query}`;
    const rows = format === 'parquet' ? null : await fewRows(call, filter);
    return {
      format: format ?? 'csv',
      url,
      ...(rows === null ? {} : { csv: USAGE_CSV_HEAD + usageCsv(rows) }),
    };
  },
});

/** null when there are more than an answer should hold. */
async function fewRows(call: Call, filter: ReturnType<typeof usageFilter>): Promise<UsageRow[] | null> {
  for await (const page of call.deps.store.usage.pages(filter, INLINE_ROWS + 1))
    return page.length > INLINE_ROWS ? null : page;
  return [];
}
