/** A person has decided about a task that waits in the middle of its work: the step that asked gets the decision. */
import type { EndWaitInput } from '../core/run-protocol.ts';
import { isoMicros } from '../core/time.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { event, outcome } from './outcomes.ts';
import type { RunEntry } from './run-memory.ts';

/** Repeating it changes nothing: a decision that stands is left. */
export async function storeDecision(
  deps: ActivityDependencies,
  entry: RunEntry,
  input: EndWaitInput,
): Promise<void> {
  const taskId = entry.context.plan.tasks[input.index]?.id ?? '';
  const generation = input.generations[input.index] ?? 0;
  const nowMs = deps.now();
  const at = isoMicros(nowMs);
  const [row] = await deps.store.runs.outcomes(input.runId, [taskId]);
  const steps = await deps.store.runs.steps(input.runId, [taskId]);
  const asked = steps.findLast(
    (step) => step.generation === generation && step.kind === 'decision' && step.status === 'in_progress',
  );
  if (asked === undefined) return;
  await deps.store.runs.commit({
    runId: input.runId,
    outcomes: [
      outcome(taskId, generation, 'in_progress', {
        inputs: row?.inputs ?? null,
        startedAt: row?.startedAt ?? null,
        attempts: row?.attempts ?? 0,
      }),
    ],
    steps: [{ ...asked, status: 'completed', result: { ...input.decision, at }, completedAt: at }],
    events: [
      event('task-progress', taskId, nowMs, {
        message: `${asked.name}: ${input.decision.kind}`,
        step: { path: asked.path, name: asked.name, status: 'completed' },
      }),
    ],
  });
}
