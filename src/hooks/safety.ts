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
import type { SafetyReport, SafetyRule } from '../core/safety/safety-check.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { promptTexts } from './prompt-texts.ts';

export type TaskPolicy = 'off' | 'annotate' | 'block';

const INPUT_RULES: SafetyRule[] = ['kill_switch', 'denylist', 'pii', 'secret', 'injection'];
const OUTPUT_RULES: SafetyRule[] = ['kill_switch', 'denylist', 'pii', 'secret', 'output'];

/** null: nothing is to be done. */
export function safetyHook(safety: SafetyServices, policy: TaskPolicy): HookDefinition | null {
  if (policy === 'off') return null;
  const ofInputs = (inputs: JsonObject) =>
    safety.check({ text: promptTexts(inputs), rules: INPUT_RULES, allow: CONTACT_TYPES, mode: 'strict' });
  const ofAnswer = ({ inputs, outcome }: AfterTaskContext) =>
    safety.check({
      text: promptTexts({ result: outcome.result }),
      stage: 'output',
      rules: OUTPUT_RULES,
      allow: CONTACT_TYPES,
      mode: 'strict',
      ...(typeof inputs['system'] === 'string' ? { system_prompt: inputs['system'] } : {}),
    });
  const shared = {
    id: 'safety',
    description: 'What goes to models and what they answer: injections, secrets, leaks, the denylist',
    onlyLlm: true,
  };
  if (policy === 'annotate') {
    return defineHook({
      ...shared,
      beforeTask: () => blockFor(safety.check({ text: '', rules: ['kill_switch'], mode: 'strict' })),
      afterTask: (context) => noted(context, ofInputs, ofAnswer),
    });
  }
  return defineHook({
    ...shared,
    onFailure: 'closed',
    beforeTask: ({ inputs }) => blockFor(ofInputs(inputs)),
    afterTask(context) {
      if (isOfNoModel(context)) return null;
      const report = ofAnswer(context);
      if (report.exit !== null)
        throw new AppError('task_failed', `the answer is withheld: ${sentence(report.exit)}`);
      return annotations({ output: summary(report) });
    },
  });
}

function blockFor({ exit }: SafetyReport): BeforeTaskAnswer | null {
  return exit === null ? null : { action: 'block', reason: sentence(exit) };
}

function noted(
  context: AfterTaskContext,
  ofInputs: (inputs: JsonObject) => SafetyReport,
  ofAnswer: (context: AfterTaskContext) => SafetyReport,
) {
  if (isOfNoModel(context)) return null;
  return annotations({ input: summary(ofInputs(context.inputs)), output: summary(ofAnswer(context)) });
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
