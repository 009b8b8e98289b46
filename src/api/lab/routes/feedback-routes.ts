/** Feedback on answers, and what it adds up to. */
import type { NewFeedback } from '../../../ports/experiment-store.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { readBody } from '../../middleware/read-body.ts';
import { readModel } from '../fastapi/read-model.ts';
import { readQuery } from '../fastapi/read-query.ts';
import { getRoute } from '../get-route.ts';
import { ENGAGEMENT_QUERY, FEEDBACK_MODEL } from '../lab-models.ts';
import type { LabRoute } from '../lab-route.ts';
import { sendJson } from '../send-json.ts';

/** Anybody may send notes, and they are stored. */
const MOST_BYTES = 64 * 1024;

export function feedbackRoutes({ lab, settings, clock }: ApiDeps): LabRoute[] {
  const { experiments } = lab;
  return [
    {
      method: 'POST',
      path: '/feedback',
      async answer(context) {
        const bytes = await readBody(context.req, Math.min(MOST_BYTES, settings.smallBodyBytes));
        const body = readModel(FEEDBACK_MODEL, bytes, context.headers['content-type']);
        const feedback_id = await experiments.addFeedback({
          interactionId: body['interaction_id'] as string | null,
          sessionId: body['session_id'] as string | null,
          score: body['score'] as number,
          notes: body['notes'] as string | null,
        });
        sendJson(context, JSON.stringify({ status: 'ok', feedback_id }));
      },
    },
    getRoute('/engagement/summary', async (context) => {
      const query = readQuery(ENGAGEMENT_QUERY, context.querystring);
      const window = query['window_seconds'] as number | null;
      const asOf = Math.floor(clock.now() / 1_000);
      const cutoff = window === null ? null : asOf - window;
      const { count, average, histogram } = await experiments.feedbackSummary(
        cutoff === null ? null : cutoff * 1_000,
      );
      return {
        summary: {
          count,
          avg_score: average,
          histogram,
          window_seconds: window,
          as_of: asOf,
          ...(cutoff === null ? {} : { cutoff_ts: cutoff }),
        },
        recent: (await experiments.recentFeedback(query['limit'] as number)).map(shown),
      };
    }),
  ];
}

function shown({ id, interactionId, sessionId, score, notes, atMs }: NewFeedback) {
  return {
    id,
    interaction_id: interactionId,
    session_id: sessionId,
    score,
    notes,
    ts: Math.floor(atMs / 1_000),
  };
}
