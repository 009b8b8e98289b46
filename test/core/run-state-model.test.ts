/**
 * The scheduler against a model that knows nothing of queues and counters: after every step it looks at the whole
 * tree again. Random trees, dependencies, priorities, failures, cancels, retries and rebuilds.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { RunState } from '../../src/core/run-state.ts';

const CASES = 100_000;
const MAX_TASKS = 30;

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Dependencies point backwards in a random order that has children before parents, so there is no cycle. */
function randomPlan(size: number, random: Random): Plan {
  const parents = Array.from({ length: size }, (_, index) => (index === 0 ? -1 : random(index)));
  const order: number[] = [];
  const left = parents.map((_, index) => parents.filter((parent) => parent === index).length);
  const free = left.flatMap((count, index) => (count === 0 ? [index] : []));
  while (free.length > 0) {
    const [index] = free.splice(random(free.length), 1) as [number];
    order.push(index);
    const parent = parents[index] as number;
    if (parent >= 0 && --(left[parent] as number) === 0) free.push(parent);
  }
  const tasks = parents.map((parent, index) => {
    const earlier = order.slice(0, order.indexOf(index));
    const deps = new Map<number, 0 | 1>();
    for (let count = random(4); count > 0 && earlier.length > 0; count--)
      deps.set(earlier[random(earlier.length)] as number, random(3) === 0 ? 0 : 1);
    return {
      id: `t${index}`,
      executor: 'x',
      placement: 'inline' as const,
      priority: random(4),
      parent,
      deps: [...deps],
    };
  });
  return { tasks, state: 'p'.repeat(size) };
}

/** The rules, each as one look at the whole tree. */
class Model {
  readonly state: string[];
  readonly plan: Plan;
  constructor(plan: Plan) {
    this.plan = plan;
    this.state = [...plan.state];
  }
  ended(index: number) {
    return 'cfsx'.includes(this.state[index] as string);
  }
  unmet(index: number) {
    return this.plan.tasks[index]?.deps.some(
      ([dep, must]) => must && 'fsx'.includes(this.state[dep] as string),
    );
  }
  optional(index: number) {
    const uses = this.plan.tasks.flatMap((task) => task.deps.filter(([dep]) => dep === index));
    return uses.length > 0 && uses.every(([, must]) => !must);
  }
  failed() {
    return this.state.some((state, index) => index > 0 && state === 'f' && !this.optional(index));
  }
  othersEnded() {
    return this.state.every((_, index) => index === 0 || this.ended(index));
  }
  /** Skips until nothing changes, then decides the target. */
  spread() {
    for (let changed = true; changed; ) {
      changed = false;
      for (let index = 1; index < this.state.length; index++)
        if (this.state[index] === 'p' && this.unmet(index)) {
          this.state[index] = 's';
          changed = true;
        }
    }
    if (this.state[0] === 'p' && this.othersEnded() && (this.failed() || this.unmet(0))) this.state[0] = 'f';
  }
  ready() {
    const { tasks } = this.plan;
    return tasks
      .flatMap((task, index) => {
        const isFree =
          this.state[index] === 'p' &&
          task.deps.every(([dep]) => this.ended(dep)) &&
          tasks.every((other, child) => other.parent !== index || this.ended(child)) &&
          (index > 0 || this.othersEnded());
        return isFree ? [index] : [];
      })
      .sort((a, b) => (tasks[a]?.priority ?? 0) - (tasks[b]?.priority ?? 0) || a - b);
  }
  /** The task, and what failed or was skipped after it. */
  retried(start: number) {
    const found = new Set([start]);
    for (const from of found)
      this.plan.tasks.forEach((task, index) => {
        const isAfter =
          index === 0 || task.deps.some(([dep]) => dep === from) || this.plan.tasks[from]?.parent === index;
        if (isAfter && 'fs'.includes(this.state[index] as string)) found.add(index);
      });
    return [...found].sort((a, b) => a - b);
  }
}

function isSame(run: RunState, model: Model): boolean {
  const ready = run.ready(() => true);
  return run.chars === model.state.join('') && String(ready) === String(model.ready());
}

function drive(size: number, seed: number): void {
  const random = randomFrom(seed);
  const plan = randomPlan(size, random);
  const model = new Model(plan);
  let run = new RunState(plan);
  const failOneIn = 2 + random(8);
  const running: number[] = [];
  const fail = (why: string) => {
    throw new Error(
      `${why}: run ${run.chars} ready ${run.ready(() => true)}, model ${model.state.join('')} ready ${model.ready()} priorities ${plan.tasks.map((task) => task.priority)}`,
    );
  };
  const settle = (index: number, state: 'c' | 'f' | 'x') => {
    const before = model.state.map((_, at) => model.ended(at));
    model.state[index] = state;
    model.spread();
    const expected = model.state.flatMap((char, at) =>
      !before[at] && model.ended(at) ? [`${at},${char}`] : [],
    );
    const settled = run.settle(index, state).map(String);
    if (settled[0] !== `${index},${state}`) fail('the settled task is not named first');
    if (String(settled.toSorted()) !== String(expected.toSorted()))
      fail(`settled ${settled}, not ${expected}`);
  };
  const retry = (): boolean => {
    const broken = model.state.flatMap((state, index) => ('fx'.includes(state) ? [index] : []));
    // Nor is there one while the target itself runs: it has already counted on what ended before it.
    if (broken.length === 0 || model.state[0] === 'r') return false;
    const index = broken[random(broken.length)] as number;
    const again = run.retrySet(index);
    if (String(again) !== String(model.retried(index)))
      fail(`retry set ${again}, not ${model.retried(index)}`);
    run.reset(again);
    for (const at of again) model.state[at] = 'p';
    run.resolve();
    model.spread();
    return true;
  };
  for (let retries = 0; ; ) {
    while (!run.isDone) {
      if (!isSame(run, model)) fail('states differ');
      const ready = model.ready();
      const dice = random(12);
      if (dice === 0 && running.length === 0) run = new RunState(plan, run.chars);
      else if (dice === 2 && random(3) === 0) retry();
      else if (dice === 1 && size > 1) {
        const cancelled = run.subtree(1 + random(size - 1));
        for (const index of cancelled) {
          if (model.ended(index)) continue;
          settle(index, 'x');
          if (running.includes(index)) running.splice(running.indexOf(index), 1);
        }
      } else if (ready.length > 0 && (running.length === 0 || dice < 7)) {
        const next = ready[0] as number;
        if (plan.tasks[next]?.deps.some(([dep]) => !model.ended(dep)))
          fail('started before a dependency ended');
        run.start(next);
        model.state[next] = 'r';
        running.push(next);
      } else if (running.length > 0) {
        const [index] = running.splice(random(running.length), 1) as [number];
        settle(index, random(failOneIn) === 0 ? 'f' : 'c');
      } else fail('stuck');
    }
    if (!isSame(run, model) || /[prw]/.test(run.chars)) fail('something is left');
    checkVerdict(run, model, fail);
    // A retry belongs to a run that has not completed: the workflow of a completed one has closed.
    if (model.state[0] === 'c' || retries++ >= 2 || !retry()) return;
  }
}

function checkVerdict(run: RunState, model: Model, fail: (why: string) => void): void {
  const { status, cause } = run.verdict(false);
  const expected = model.state[0] === 'c' ? 'completed' : model.state[0] === 'x' ? 'cancelled' : 'failed';
  if (status !== expected) fail(`verdict ${status}, not ${expected}`);
  if (model.state[0] === 'c' && model.failed()) fail('completed over a required failure');
  if (status === 'failed' && !'fxs'.includes(model.state[cause] ?? '?')) fail(`cause ${cause} did not fail`);
}

describe('RunState against the model', () => {
  it(`agrees in ${CASES} random runs`, { timeout: 120_000 }, () => {
    let count = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_TASKS }), fc.integer(), (size, seed) => {
        count++;
        drive(size, seed);
      }),
      { numRuns: CASES, seed: 20_261_121 },
    );
    expect(count).toBe(CASES);
  });
});
