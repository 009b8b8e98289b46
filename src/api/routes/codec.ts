/**
 * `POST /codec/decode`: what Temporal's UI asks to show encrypted payloads (its "codec server"). For admins, and only
 * where payloads are encrypted at all.
 */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { readBody } from '../middleware/read-body.ts';
import type { ApiMiddleware } from '../state.ts';

/** Protobuf's JSON form: metadata and data are base64. */
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() }))
    .max(1_000),
});

export function decodeRoute(deps: ApiDeps): ApiMiddleware {
  return async function decode(context, next) {
    if (deps.decodePayloads === undefined) return next();
    context.set('Cache-Control', 'no-store');
    if (context.state.identity?.isAdmin !== true)
      throw new AppError('forbidden', 'Payloads are shown to admins only');
    const body = bodySchema.safeParse(parse(await readBody(context.req, deps.settings.maxBodyBytes)));
    if (!body.success)
      throw new AppError('invalid_params', 'payloads must be a list of {metadata, data} with base64 texts');
    context.body = { payloads: await deps.decodePayloads(body.data.payloads) };
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
