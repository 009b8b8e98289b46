/** The tree as a Markdown table for Temporal's UI (current details). Computed from memory: costs no history. */
import { type Plan, STATE, type StateChar } from '../core/plan.ts';
import type { RunState } from '../core/run-state.ts';

const WORDS: Record<StateChar, string> = {
  p: 'pending',
  r: 'running',
  w: 'waiting',
  c: 'completed',
  f: 'failed',
  s: 'skipped',
  x: 'cancelled',
};
const SHOWN_ROWS = 50;

export function currentDetails(plan: Plan, state: RunState, isPaused: boolean): string {
  const counts = new Map<string, number>();
  for (const char of state.chars) {
    const word = WORDS[char as StateChar];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const summary = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  const rows = interestingFirst(plan, state).map((index) => row(plan, state, index));
  const hidden = plan.tasks.length - rows.length;
  return [
    `${isPaused ? '**Paused.** ' : ''}${summary}`,
    '',
    '| task | executor | state |',
    '| --- | --- | --- |',
    ...rows,
    ...(hidden > 0 ? ['', `… and ${hidden} more`] : []),
  ].join('\n');
}

/** Small trees in their own order; of large ones, what runs, waits or failed comes first. */
function interestingFirst(plan: Plan, state: RunState): number[] {
  const all = plan.tasks.map((_, index) => index);
  if (all.length <= SHOWN_ROWS) return all;
  const isDull = (index: number) => {
    const char = state.stateOf(index);
    return char === STATE.completed || char === STATE.pending;
  };
  return [...all.filter((index) => !isDull(index)), ...all.filter(isDull)].slice(0, SHOWN_ROWS);
}

function row(plan: Plan, state: RunState, index: number): string {
  const task = plan.tasks[index];
  const name = (task?.label ?? task?.id ?? '').replace(/[|\r\n`<>]/g, ' ');
  const indent = task === undefined || task.parent < 0 ? '' : '↳ ';
  return `| ${indent}${name} | ${task?.executor || '–'} | ${WORDS[state.stateOf(index)]} |`;
}
