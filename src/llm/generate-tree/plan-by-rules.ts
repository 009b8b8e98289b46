/**
 * A plan without a model: the requirement is cut into steps, each goes to the executor its words point to, and waits for
 * the steps it speaks of. Knows no meaning, so whoever shows the plan must say that it is a demo.
 */
import type { AnyExecutor } from '../../core/executor.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import { AGGREGATE, chooseExecutor, isAskingModel } from './choose-executor.ts';
import { cutSteps } from './cut-steps.ts';
import type { Plan } from './plan-schema.ts';
import { usable } from './prompt.ts';
import { addressesIn, stepInputs } from './step-inputs.ts';

const MOST_TASKS = 10;
const NAME_CHARACTERS = 60;
/** The step needs what was found before it. */
const REFERENCE =
  /\b(it|its|them|they|these|those|both|all|each of|the (answer|result|text|prices?|data|numbers?)s?|again)\b/i;
/** A step that only says that the results belong together: the root does that. */
const GATHERING =
  /^(give|show|send|make|get|gather|combine|collect|merge|put|report|tell)\b.*\b(report|overview|results?|together|findings)\b/i;

type PlannedTask = Plan['tasks'][number];

interface Step {
  readonly text: string;
  readonly executor: AnyExecutor | undefined;
  readonly waits: boolean;
}

export function planByRules(given: string, registry: ExecutorRegistry): Plan {
  // Names and inputs are made of it, and neither may hold what no database stores.
  const requirement = given.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, ' ');
  const steps = readSteps(requirement, registry);
  const names = new Set<string>();
  const tasks: PlannedTask[] = [];
  // Names of tasks whose results nobody has taken yet.
  let open: string[] = [];
  for (const { text, executor, waits } of steps) {
    const before = open;
    const own: string[] = [];
    const addresses = addressesIn(text);
    for (const address of addresses.length > 1 ? addresses : [addresses[0] ?? null]) {
      if (tasks.length === MOST_TASKS) break;
      const name = uniqueName(addresses.length > 1 ? `${text.split(/https?:/)[0]}${address}` : text, names);
      const inputs = executor === undefined ? {} : stepInputs(executor, { text, requirement, address });
      tasks.push({ name, executor: executor?.id ?? null, inputs, depends_on: waits ? [...before] : [] });
      own.push(name);
    }
    open = waits ? own : [...before, ...own];
  }
  return tasks.length === 1 ? { tasks } : underRoot(tasks, names, registry);
}

function readSteps(requirement: string, registry: ExecutorRegistry): Step[] {
  const executors = usable(registry).filter(({ id }) => id !== AGGREGATE);
  const steps: Step[] = [];
  for (const { text, isAfterPrevious } of cutSteps(requirement)) {
    const last = steps.at(-1);
    // One more address for what stands before it.
    if (last !== undefined && /^https?:\/\/\S+$/i.test(text) && addressesIn(last.text).length > 0) {
      steps[steps.length - 1] = { ...last, text: `${last.text} and ${text}` };
      continue;
    }
    const { executor, isSure } = chooseExecutor(text, executors);
    if (last !== undefined && !isSure) {
      if (GATHERING.test(text)) continue;
      // "into French and German": the second half belongs to the question, where a model reads it.
      if (!isAfterPrevious && isAskingModel(last.executor)) {
        steps[steps.length - 1] = { ...last, text: `${last.text} and ${text}` };
        continue;
      }
    }
    const isAfterWait = last?.executor?.placement === 'wait';
    const refers = REFERENCE.test(text) && (executor?.placement === 'wait' || takesResults(executor));
    const waits =
      steps.length > 0 && (isAfterPrevious || isAfterWait || executor?.placement === 'wait' || refers);
    steps.push({ text, executor, waits });
  }
  return steps;
}

/** Work on what others found, rather than on what it fetches itself. */
function takesResults(executor: AnyExecutor | undefined): boolean {
  return executor !== undefined && !('resource' in executor.demoInput);
}

function uniqueName(text: string, names: Set<string>): string {
  const base =
    text
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed()
      .slice(0, NAME_CHARACTERS)
      .toWellFormed()
      .trim() || 'step';
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base} (${number})`;
  names.add(name);
  return name;
}

function underRoot(tasks: PlannedTask[], names: Set<string>, registry: ExecutorRegistry): Plan {
  const aggregate = registry.find(AGGREGATE);
  const all = [...names];
  const root: PlannedTask = {
    name: uniqueName('Result', names),
    executor: aggregate?.id ?? null,
    depends_on: aggregate === undefined ? [] : all,
  };
  return { tasks: [root, ...tasks.map((task) => ({ ...task, parent: root.name }))] };
}
