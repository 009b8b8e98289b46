/** The tree of a report on a conversation that was brought along: check what was said, then sum it up. */
import type { JsonObject } from '../json.ts';
import { TREE_LIMITS } from '../task.ts';
import type { GivenTurn } from './study-turn.ts';

export interface ReportTree {
  readonly rootId: string;
  readonly feature: string;
  readonly conversation: readonly GivenTurn[];
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
}

/** Drafts as `tasks.create` takes them, root first; the root's result is the report. */
export function buildReportTree({
  rootId,
  feature,
  conversation,
  model,
  provider,
}: ReportTree): JsonObject[] {
  const check = `${rootId}.conversation`;
  const name = `Report: ${feature.replace(/\s+/g, ' ')}`
    .slice(0, TREE_LIMITS.nameLength)
    .toWellFormed()
    .trim();
  return [
    {
      id: rootId,
      name,
      schemas: { method: 'feedback_report_executor' },
      inputs: { feature, ...(model == null ? {} : { model }), ...(provider == null ? {} : { provider }) },
      dependencies: [{ id: check, required: true }],
    },
    {
      id: check,
      name: 'Check the conversation',
      parent_id: rootId,
      schemas: { method: 'study_check_executor' },
      inputs: { turns: conversation.map((turn) => ({ ...turn })) as JsonObject[] },
    },
  ];
}
