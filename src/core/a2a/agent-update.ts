/** What happens in a run, from the messages of core/wire-event.ts, as updates of an A2A task in the JSON form of 1.0. */
import type { JsonObject } from '../json.ts';
import type { Run } from '../run.ts';
import { agentMessage, contextOf, instant, resultArtifact } from './agent-task.ts';

export interface AgentUpdate {
  /** A `StreamResponse`: `{statusUpdate}` or `{artifactUpdate}`. */
  readonly response: JsonObject;
  /** The task's state is another now, or its result is there; else somebody reports progress. */
  readonly isTurn: boolean;
  readonly isFinal: boolean;
}

const STATES: Readonly<Record<string, string>> = {
  completed: 'TASK_STATE_COMPLETED',
  failed: 'TASK_STATE_FAILED',
  cancelled: 'TASK_STATE_CANCELED',
};

/** null: nothing an agent is told (pieces of words, the end of the stream). */
export function agentUpdate(run: Run, contextId: string | null, wire: JsonObject): AgentUpdate | null {
  const { type, status, task_id } = wire;
  if (type === 'stream_end' || type === 'task_delta') return null;
  if (type === 'task_completed' && task_id === run.target_task_id) {
    const artifact = resultArtifact(run, wire['result'] ?? null);
    const ids = { taskId: run.run_id, contextId: contextOf(run, contextId) };
    const response = { artifactUpdate: { ...ids, artifact, append: false, lastChunk: true } };
    return { response, isTurn: true, isFinal: false };
  }
  if (type === 'final') {
    const state = STATES[String(status)] ?? 'TASK_STATE_FAILED';
    return { response: statusUpdate(run, contextId, state, wire), isTurn: true, isFinal: true };
  }
  const needsInput = type === 'task_waiting' && wire['kind'] === 'approval';
  const isStart = type === 'progress' && wire['progress'] === 0 && task_id === run.target_task_id;
  const state = needsInput ? 'TASK_STATE_INPUT_REQUIRED' : 'TASK_STATE_WORKING';
  const response = statusUpdate(run, contextId, state, wire);
  return { response, isTurn: needsInput || isStart, isFinal: false };
}

function statusUpdate(run: Run, contextId: string | null, state: string, wire: JsonObject): JsonObject {
  const { result: _result, final: _final, timestamp, ...facts } = wire;
  const data = { protocol: 'a2a', root_task_id: run.root_task_id, ...facts };
  const name = `${String(wire['type'])}:${String(wire['task_id'])}:${String(timestamp ?? '')}`;
  return {
    statusUpdate: {
      taskId: run.run_id,
      contextId: contextOf(run, contextId),
      status: {
        state,
        message: agentMessage(run, contextId, data, name),
        ...(typeof timestamp === 'string' ? { timestamp: instant(timestamp) } : {}),
      },
    },
  };
}
