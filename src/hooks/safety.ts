/**
 * Safety of tasks that ask models: what goes in and what comes out. `annotate` notes what was found in the event of the
 * task's end; `block` fails the task. The kill switch blocks in both. What only names people (addresses, numbers) never blocks: mails must go somewhere.
 */
import { AppError } from '../core/errors.ts';
import {
  type AfterTaskContext,
  type BeforeTaskAnswer,
  defineHook,
  type HookDefinition,
} from '../core/hook.ts';
import type { JsonObject } from '../core/json.ts';
import { CONTACT_TYPES } from '../core/safety/contact-types.ts';
import type { Exit } from '../core/safety/exit.ts';
import type { SafetyCheckRequest, SafetyReport, SafetyRule } from '../core/safety/safety-check.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { checkLong } from './check-long.ts';
import { promptTexts } from './prompt-texts.ts';

export type TaskPolicy = 'off' | 'annotate' | 'block';

const INPUT_RULES: SafetyRule[] = ['kill_switch', 'denylist', 'pii', 'secret', 'injection'];
const OUTPUT_RULES: SafetyRule[] = ['kill_switch', 'denylist', 'pii', 'secret', 'output'];

/** What is only noted need not be read to the last page; what may block is, or its time is over and the task fails. */
const MOST_NOTED_CHARS = 100_000;
const BLOCK_TIMEOUT_MS = 5_000;

/** null: nothing is to be done. */
export function safetyHook(safety: SafetyServices, policy: TaskPolicy): HookDefinition | null {
  if (policy === 'off') return null;
  const shared = {
    id: 'safety',
    description: 'What goes to models and what they answer: injections, secrets, leaks, the denylist',
    onlyLlm: true,
  };
  return defineHook({ ...shared, ...(policy === 'annotate' ? noting(safety) : blocking(safety)) });
}

type Points = Pick<HookDefinition, 'beforeTask' | 'afterTask' | 'onFailure' | 'timeoutMs'>;

function noting(safety: SafetyServices): Points {
  return {
    beforeTask: () => blockFor(safety.check({ text: '', rules: ['kill_switch'], mode: 'strict' })),
    async afterTask(context) {
      if (isOfNoModel(context)) return null;
      const input = await checkLong(safety, ofInputs(context.inputs, MOST_NOTED_CHARS));
      const output = await checkLong(safety, ofAnswer(context, MOST_NOTED_CHARS));
      return annotations({ input: summary(input), output: summary(output) });
    },
  };
}

function blocking(safety: SafetyServices): Points {
  return {
    onFailure: 'closed',
    timeoutMs: BLOCK_TIMEOUT_MS,
    beforeTask({ inputs }) {
      const report = checkLong(safety, ofInputs(inputs));
      return report instanceof Promise ? report.then(blockFor) : blockFor(report);
    },
    async afterTask(context) {
      if (isOfNoModel(context)) return null;
      const report = await checkLong(safety, ofAnswer(context));
      if (report.exit === null) return annotations({ output: summary(report) });
      throw new AppError('task_failed', `the answer is withheld: ${sentence(report.exit)}`);
    },
  };
}

function ofInputs(inputs: JsonObject, mostChars = Number.POSITIVE_INFINITY): SafetyCheckRequest {
  const text = promptTexts(inputs).slice(0, mostChars);
  return { text, rules: INPUT_RULES, allow: CONTACT_TYPES, mode: 'strict' };
}

function ofAnswer(
  { inputs, outcome }: AfterTaskContext,
  mostChars = Number.POSITIVE_INFINITY,
): SafetyCheckRequest {
  const text = promptTexts({ result: outcome.result }).slice(0, mostChars);
  const system = inputs['system'];
  return {
    text,
    stage: 'output',
    rules: OUTPUT_RULES,
    allow: CONTACT_TYPES,
    mode: 'strict',
    ...(typeof system === 'string' ? { system_prompt: system } : {}),
  };
}

function blockFor({ exit }: SafetyReport): BeforeTaskAnswer | null {
  return exit === null ? null : { action: 'block', reason: sentence(exit) };
}

function isOfNoModel({ outcome, isDemo }: AfterTaskContext): boolean {
  return isDemo || outcome.demo !== null;
}

function annotations(parts: Readonly<Record<string, JsonObject | null>>) {
  const found = Object.entries(parts).filter(([, part]) => part !== null);
  return found.length === 0 ? null : { annotations: Object.fromEntries(found) as JsonObject };
}

/** What was found, never the text itself; null: nothing. */
function summary({ exit, findings }: SafetyReport): JsonObject | null {
  if (exit === null && findings.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { type } of findings) counts.set(type, (counts.get(type) ?? 0) + 1);
  return { exit: exit?.reason ?? null, details: exit?.details ?? null, found: Object.fromEntries(counts) };
}

function sentence({ reason, message, details }: Exit): string {
  const facts = Object.entries(details).map(
    ([name, fact]) => `${name}: ${Array.isArray(fact) ? fact.join(', ') : String(fact)}`,
  );
  return `${reason}: ${message} (${facts.join('; ')})`.slice(0, 500);
}
