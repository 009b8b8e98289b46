/** Looks a run's workflow up by id, and tells it from that of another run which had the same number before. */
import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';
import type { Run } from '../core/run.ts';
import { RUN_ID_MEMO } from './start-options.ts';

export interface FoundWorkflow {
  readonly status: WorkflowExecutionStatusName;
  /** false: a run of a root that was deleted and made again with the same id had this workflow id. */
  readonly isOfRun: boolean;
}

/** null: Temporal does not know the id. The caller bounds the call. */
export async function findWorkflow(client: Client, run: Run): Promise<FoundWorkflow | null> {
  try {
    const found = await client.workflow.getHandle(run.workflow_id).describe();
    const runId = found.memo?.[RUN_ID_MEMO];
    return { status: found.status.name, isOfRun: runId === undefined || runId === run.run_id };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
