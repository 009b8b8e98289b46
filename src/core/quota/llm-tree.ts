/** Which trees ask a model: those where an executor that does is among what will run, also inside others (map, loop). */
import { isJsonObject } from '../json.ts';

export interface PlannedWork {
  /** Executor id; '' for a task that only groups. */
  readonly executor: string;
  readonly inputs: Readonly<Record<string, unknown>> | null;
}

/** `usesLlm` by executor id; false for unknown ones. */
export function isLlmTree(work: readonly PlannedWork[], usesLlm: (executorId: string) => boolean): boolean {
  return work.some(({ executor, inputs }) => {
    if (usesLlm(executor)) return true;
    const inner = inputs?.['executor'];
    if (typeof inner !== 'string') return false;
    const given = inputs?.['inputs'];
    return isLlmTree([{ executor: inner, inputs: isJsonObject(given) ? given : null }], usesLlm);
  });
}
