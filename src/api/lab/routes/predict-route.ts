/** `POST /predict_ab`: an answer in one of two styles. What it answers is committed first. */
import { randomUUID } from 'node:crypto';
import type { LabClient, LabDecision, Prediction } from '../../../ports/experiments.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { readBody } from '../../middleware/read-body.ts';
import type { ApiContext } from '../../state.ts';
import { callerOf } from '../caller.ts';
import { readModel } from '../fastapi/read-model.ts';
import { PREDICT_MODEL } from '../lab-models.ts';
import type { LabRoute } from '../lab-route.ts';
import { sendJson } from '../send-json.ts';

/** A hint for clients that do not read when the day ends. */
const RETRY_AFTER_SECONDS = '60';

export function predictRoute(deps: ApiDeps): LabRoute {
  const { experiments, monetization } = deps.lab;
  return {
    method: 'POST',
    path: '/predict_ab',
    async answer(context) {
      const startedMs = performance.now();
      const bytes = await readBody(context.req, deps.settings.smallBodyBytes);
      const body = readModel(PREDICT_MODEL, bytes, context.headers['content-type']);
      const client = callerOf(context, deps);
      const id = randomUUID();
      const decision = await monetization.take(client, id);
      context.set('X-Monetization-Plan', client.plan);
      context.set('X-Monetization-Client', client.id);
      if (!decision.isAllowed) return refuse(context, client, decision, monetization.resetTime());
      context.set('X-Quota-Remaining', String(Math.max(0, decision.cap - decision.used)));
      const request = {
        userId: body['user_id'] as string,
        prompt: body['prompt'] as string,
        sessionId: body['session_id'] as string | null,
        isDeterministic: body['deterministic'] === true,
      };
      try {
        const prediction = await experiments.predict(request, id, decision.allowance);
        const tookMs = Math.floor(performance.now() - startedMs);
        log(deps, context, { prediction, client, userId: request.userId, tookMs });
        sendJson(context, render(prediction, tookMs));
      } catch (error) {
        // The first error is the one to tell.
        await monetization
          .giveBack(id, decision.allowance)
          .catch((err: unknown) => deps.logger.warn({ err }, 'a request could not be given back'));
        context.remove('X-Quota-Remaining');
        throw error;
      }
    },
  };
}

function render({ group, style, weights, text, interactionId }: Prediction, tookMs: number): string {
  return JSON.stringify({
    group,
    picked_policy: style,
    policy_weights: weights,
    response: { text, meta: { persona: style, ab_group: group } },
    took_ms: tookMs,
    interaction_id: interactionId,
  });
}

function refuse(
  context: ApiContext,
  { plan }: LabClient,
  { used, cap }: LabDecision,
  resetTime: string,
): void {
  context.set('X-Monetization-Exit', 'CAP_EXCEEDED');
  context.set('Retry-After', RETRY_AFTER_SECONDS);
  const body = {
    code: 'MONETIZATION_CAP_EXCEEDED',
    message: 'Daily request cap reached for your plan.',
    plan,
    usage_today: used,
    daily_cap: cap,
    retry_at_utc: resetTime,
  };
  sendJson(context, JSON.stringify(body), 429);
}

function log(
  { logger, lab }: ApiDeps,
  context: ApiContext,
  event: { prediction: Prediction; client: LabClient; userId: string; tookMs: number },
): void {
  const { prediction, client, userId, tookMs } = event;
  logger.debug(
    {
      request_id: context.state.requestId,
      // What clients send may be an e-mail address: logs have its hash.
      user_id: lab.userMark(userId),
      group: prediction.group,
      picked: prediction.style,
      took_ms: tookMs,
      client: lab.monetization.shownId(client),
      plan: client.plan,
    },
    'ab_event',
  );
}
