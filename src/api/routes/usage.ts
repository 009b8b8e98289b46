/** `GET /api/usage/export`: usage rows as a file, as many as there are. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../../core/errors.ts';
import type { UsageRow } from '../../core/usage.ts';
import type { UsageFilter } from '../../ports/usage-store.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { USAGE_CSV_HEAD, usageCsv } from '../usage/usage-csv.ts';
import { usageFilter } from '../usage/usage-params.ts';

const FORMATS = ['csv', 'parquet'];

export function exportUsageRoute(deps: ApiDeps): ApiMiddleware {
  return async function exportUsage(context) {
    const { identity } = context.state;
    if (identity === undefined) throw new Error('identify must run before this route');
    const format = one(context, 'format') ?? 'csv';
    if (!FORMATS.includes(format)) throw new AppError('invalid_params', 'format must be csv or parquet');
    const [user_id, executor, model] = ['user_id', 'executor', 'model'].map((name) => one(context, name));
    const filter = usageFilter(
      { user_id, executor, model, from: one(context, 'from'), to: one(context, 'to') },
      identity,
    );
    context.set('Cache-Control', 'no-store');
    context.attachment(`taskgrove-usage.${format}`);
    if (format === 'csv') await sendCsv(context, deps, filter);
    else await sendParquet(context, deps, filter);
  };
}

/** The first page is read before anything is sent: a database that is away is an error, not half a file. */
async function sendCsv(context: ApiContext, deps: ApiDeps, filter: UsageFilter): Promise<void> {
  const pages = deps.store.usage.pages(filter);
  const first = await pages.next();
  context.type = 'text/csv; charset=utf-8';
  context.body = Readable.from(lines(first.done === true ? [] : first.value, pages));
}

async function* lines(first: readonly UsageRow[], pages: AsyncIterable<UsageRow[]>): AsyncGenerator<string> {
  yield USAGE_CSV_HEAD + usageCsv(first);
  for await (const page of pages) yield usageCsv(page);
}

async function sendParquet(context: ApiContext, deps: ApiDeps, filter: UsageFilter): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-export-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'usage.parquet');
    await deps.store.usage.writeParquet(filter, path);
    const file = createReadStream(path);
    file.once('close', () => {
      remove().catch((error: unknown) =>
        deps.logger.warn({ err: error, folder }, 'an export was left behind'),
      );
    });
    context.type = 'application/vnd.apache.parquet';
    context.body = file;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An empty value counts as absent. */
function one(context: ApiContext, name: string): string | undefined {
  const value = context.query[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
