/** `GET /studies/{study_id}/events` streams what happens; `GET /studies/{study_id}/report` is the study as a file. */
import { AppError } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { streamPosition } from '../events/stream-position.ts';
import { requireOwnRun } from '../methods/own.ts';
import { studiesExport } from '../methods/studies-read.ts';
import { queryParams } from '../rest/query-params.ts';
import { invokeValue } from '../rpc/invoke.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { requireOwnStudy } from '../studies/own-study.ts';
import { callOf } from './rpc.ts';
import { sendStream } from './send-stream.ts';

/** The same events as those of its latest run; their ids resume at either address. */
export function studyEventsRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  return async function studyEvents(context) {
    const call = callOf(context, deps, hub);
    const { studyId } = await requireOwnStudy(call, studyIdOf(context));
    const root = await deps.store.tasks.get(studyId);
    if (root === null || root.run_id === null)
      throw new AppError('not_found', `Study ${studyId} has no run: its tree was deleted`);
    const run = await requireOwnRun(call, root.run_id);
    await sendStream(context, deps, hub, {
      run,
      afterSeq: streamPosition(context, run.run_id),
      first: undefined,
    });
  };
}

export function studyReportRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  return async function studyReport(context) {
    const query = queryParams(studiesExport.params, Object.entries(context.query));
    const params = { ...query, study_id: studyIdOf(context) };
    const call = callOf(context, deps, hub);
    const document = (await invokeValue({ call, size: 0 }, studiesExport.name, params)) as unknown as {
      filename: string;
      content_type: string;
      content: string;
    };
    context.attachment(document.filename);
    context.set('Content-Type', document.content_type);
    context.set('Cache-Control', 'no-store');
    // Should somebody open it in place all the same.
    context.set('Content-Security-Policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'");
    context.body = document.content;
  };
}

function studyIdOf(context: ApiContext): string {
  const { params } = context as ApiContext & { params: Record<string, string | undefined> };
  return params['study_id'] ?? '';
}
