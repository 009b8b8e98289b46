/** A model for demonstrations: it takes its time, fails now and then, and repeats the prompt. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallModel } from '../../ports/inference.ts';
import { TransientFailure } from './transient-failure.ts';

const SHOWN_CHARACTERS = 60;

export interface MockModelOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** Parts of the calls that fail, from 0 to 1: in a way that another try may mend, and for good. */
  readonly transientShare: number;
  readonly hardShare: number;
  readonly random: () => number;
}

export function createMockModel(options: MockModelOptions): CallModel {
  const { minMs, maxMs, transientShare, hardShare, random } = options;
  return async (prompt, signal) => {
    const takesMs = minMs + random() * (maxMs - minMs);
    const isTransient = random() < transientShare;
    const isHard = random() < hardShare;
    if (!isTransient && isHard) throw new Error('non-transient parse error');
    if (takesMs > 0) await sleep(takesMs, undefined, { signal });
    if (isTransient) throw new TransientFailure('upstream timeout');
    return `[MOCK COMPLETION] ${[...prompt].slice(0, SHOWN_CHARACTERS).join('')}`;
  };
}
