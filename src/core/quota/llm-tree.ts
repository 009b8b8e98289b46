/** Which trees ask a model: those where an executor that does is among what will run, also inside another (map). */

export interface PlannedWork {
  /** Executor id; '' for a task that only groups. */
  readonly executor: string;
  readonly inputs: Readonly<Record<string, unknown>> | null;
}

/** `usesLlm` by executor id; false for unknown ones. */
export function isLlmTree(work: readonly PlannedWork[], usesLlm: (executorId: string) => boolean): boolean {
  return work.some(({ executor, inputs }) => {
    const inner = inputs?.['executor'];
    return usesLlm(executor) || (typeof inner === 'string' && usesLlm(inner));
  });
}
