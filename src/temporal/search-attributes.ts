/** The search attributes every run carries: what an operator can filter by in Temporal's UI. */

/** Names with their types as Temporal's CLI spells them. Kept few: SQL visibility has ten keywords in all. */
export const SEARCH_ATTRIBUTES = {
  UserId: 'Keyword',
  Plan: 'Keyword',
  Executor: 'KeywordList',
  DemoMode: 'Bool',
} as const;
