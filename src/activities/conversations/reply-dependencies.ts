/** What the activities of conversations need beside the others'. */
import type { WorkflowDependencies } from '../dependencies.ts';

export type ReplyDependencies = Pick<
  WorkflowDependencies,
  'store' | 'registry' | 'llm' | 'llmKeys' | 'llmBudgets' | 'freeTreeLimits' | 'logger' | 'now' | 'writeReply'
>;
