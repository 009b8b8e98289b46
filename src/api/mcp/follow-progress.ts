/** A run that an agent waits for: tells how many of its tasks have ended, until it ends or nobody waits any more. */
import type { Run } from '../../core/run.ts';
import { followRun } from '../events/follow-run.ts';
import type { Call } from '../method.ts';

export interface Progress {
  /** Tasks that have ended; grows with every report. */
  readonly progress: number;
  readonly total: number;
  readonly message: string;
}

const ENDED = new Set(['task_completed', 'task_failed', 'task_skipped', 'task_cancelled']);

/** Resolves when the run ended or `waitMs` passed. A caller that hangs up ends the waiting, never the run. */
export async function followProgress(
  call: Call,
  run: Run,
  waitMs: number,
  report: (progress: Progress) => void,
): Promise<void> {
  const { streams: hub, deps, identity } = call;
  const ended = new Set<string>();
  const following = followRun({
    store: deps.store,
    hub,
    run,
    afterSeq: 0,
    send: ({ data }) => {
      const { type, task_id } = data;
      if (!ENDED.has(String(type)) || ended.has(String(task_id))) return true;
      ended.add(String(task_id));
      const message = `${String(task_id)} ${String(data['status'])}`;
      report({ progress: ended.size, total: run.task_count, message });
      return true;
    },
  });
  const unregister = hub.register({ userId: identity.userId, close: following.stop });
  const timer = setTimeout(following.stop, waitMs);
  const gone = call.hangUp();
  gone.addEventListener('abort', following.stop, { once: true });
  try {
    await following.done;
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', following.stop);
    unregister();
  }
}
