/** The safety engine over HTTP: its exits are answers (200), not errors. */
import type { Exit, ExitReason } from '../../../core/safety/exit.ts';
import { listExits, makeExit } from '../../../core/safety/exit-table.ts';
import { latencyExit } from '../../../core/safety/latency-exit.ts';
import type { SafetyChecker } from '../../../ports/safety.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { readBody } from '../../middleware/read-body.ts';
import type { ApiContext } from '../../state.ts';
import { callerOf } from '../caller.ts';
import { readModel } from '../fastapi/read-model.ts';
import { readQuery } from '../fastapi/read-query.ts';
import { getRoute } from '../get-route.ts';
import { GENERATE_MODEL, GENERATE_V2_MODEL, REASON_QUERY } from '../lab-models.ts';
import type { LabRoute } from '../lab-route.ts';
import { LAB_SERVICE } from '../lab-service.ts';
import { sendJson } from '../send-json.ts';

export function safetyRoutes(deps: ApiDeps): LabRoute[] {
  const { settings } = deps.safety;
  const exits = {
    exits: listExits().map(({ clientAction, ...row }) => ({ ...row, client_action: clientAction })),
  };
  return [
    generateRoute(deps),
    generateV2Route(deps),
    getRoute('/safety/config', () => ({
      kill_switch: settings.killSwitch,
      max_prompt_chars: settings.maxPromptChars,
      denylist: settings.denylist,
      default_latency_budget_ms: settings.defaultLatencyBudgetMs,
    })),
    getRoute('/safety/exits', () => exits),
    getRoute('/safety/test', (context) => {
      const wanted = readQuery(REASON_QUERY, context.querystring)['reason'];
      const reason: ExitReason = exits.exits.find((exit) => exit.reason === wanted)?.reason ?? 'unspecified';
      return { exit: makeExit(reason, `Synthesized exit: ${reason}`, { source: 'safety_test' }) };
    }),
    getRoute('/safety/inference_metrics', () => deps.lab.inference.metrics()),
  ];
}

function generateRoute({ safety, settings }: ApiDeps): LabRoute {
  return {
    method: 'POST',
    path: '/safety/generate',
    async answer(context) {
      const bytes = await readBody(context.req, settings.smallBodyBytes);
      const body = readModel(GENERATE_MODEL, bytes, context.headers['content-type']);
      const startedMs = performance.now();
      const elapsed = () => Math.floor(performance.now() - startedMs);
      const prompt = body['prompt'] as string;
      // 0 is no budget of one's own, as null is.
      const budgetMs = (body['latency_budget_ms'] as number | null) || safety.settings.defaultLatencyBudgetMs;
      let exit = exitOf(safety, prompt) ?? latencyExit(elapsed(), budgetMs, 'before');
      const persona = body['persona'] as string | null;
      let output: string | null = null;
      if (exit === null) {
        output = `[persona=${persona ?? 'None'}] ECHO: ${prompt}`;
        exit = latencyExit(elapsed(), budgetMs, 'during');
        if (exit !== null) output = null;
      }
      if (exit !== null) context.set('X-Safety-Exit', exit.reason);
      const meta = { persona, elapsed_ms: elapsed(), version: LAB_SERVICE.version };
      sendJson(context, JSON.stringify({ exit, output, meta }));
    },
  };
}

function generateV2Route(deps: ApiDeps): LabRoute {
  const { safety, settings, lab } = deps;
  return {
    method: 'POST',
    path: '/safety/generate_v2',
    async answer(context) {
      const bytes = await readBody(context.req, settings.smallBodyBytes);
      const startedMs = performance.now();
      const prompt = readModel(GENERATE_V2_MODEL, bytes, context.headers['content-type'])['prompt'] as string;
      const exit = exitOf(safety, prompt);
      if (exit !== null) {
        lab.inference.observeExit(performance.now() - startedMs);
        return sendExit(context, exit);
      }
      const answer = await lab.inference.generate({
        prompt,
        client: callerOf(context, deps).id,
        idempotencyKey: header(context, 'idempotency-key'),
      });
      const outputExit = outputExitOf(safety, answer.text);
      if (outputExit !== null) return sendExit(context, outputExit);
      sendJson(context, JSON.stringify(answer));
    },
  };
}

/** The body keeps its form: a text, and a source that says where it came from. */
function sendExit(context: ApiContext, exit: Exit): void {
  context.set('X-Safety-Exit', exit.reason);
  sendJson(context, JSON.stringify({ text: '', meta: { source: 'safety_exit', exit } }));
}

/** On these paths the rules are the first system's, unless SAFETY_MODE says otherwise. */
function exitOf(safety: SafetyChecker, prompt: string): Exit | null {
  if (safety.settings.mode !== 'strict') return safety.checkContract(prompt);
  return safety.check({ text: prompt, mode: 'strict' }).exit;
}

/** The first system looks at no output. */
function outputExitOf(safety: SafetyChecker, text: string): Exit | null {
  if (safety.settings.mode !== 'strict') return null;
  return safety.check({ text, mode: 'strict', stage: 'output' }).exit;
}

function header(context: ApiContext, name: string): string | undefined {
  const value = context.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
