/** `studies.get`, `studies.list`, `studies.export`, `studies.delete`. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { EXPORT_FORMATS, exportStudy } from '../../core/study/export-study.ts';
import { studyBriefSchema, studySchema } from '../../core/study/study.ts';
import type { StudyRecord } from '../../ports/study-store.ts';
import { defineMethod } from '../method.ts';
import { instrumented } from '../rest/instrumented.ts';
import { syncSchedules } from '../runs/keep-schedules.ts';
import { requireOwnStudy } from '../studies/own-study.ts';
import { readCursor, writeCursor } from '../studies/study-cursor.ts';
import { byStudy, studyShared } from '../studies/study-shared.ts';
import { studyBriefs, studyView } from '../studies/study-view.ts';
import { scopeUser } from './own.ts';
import { userIdParam } from './param.ts';

const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 200;
const SAMPLE_ID = '019aa000-0000-7000-8000-000000000000';

export const studiesGet = instrumented(
  defineMethod<z.infer<typeof byStudy>>({
    ...studyShared,
    name: 'studies.get',
    title: 'Get Study',
    description: 'One study: what was said so far, and the report when there is one.',
    category: 'query',
    tags: ['study', 'get'],
    params: byStudy,
    result: studySchema,
    rest: { verb: 'GET', path: '/studies/:study_id', tag: 'studies' },
    errors: ['not_found'],
    examples: [{ name: 'by id', params: { study_id: SAMPLE_ID } }],
    handle: async ({ study_id }, call) => studyView(call, await requireOwnStudy(call, study_id)),
  }),
);

const listParams = z.object({
  user_id: userIdParam,
  limit: z.number().int().min(1).max(MOST_LIMIT).nullish().describe(`Default ${DEFAULT_LIMIT}`),
  cursor: z.string().max(500).nullish().describe('next_cursor of the page before'),
});

export const studiesList = instrumented(
  defineMethod<z.infer<typeof listParams>>({
    ...studyShared,
    name: 'studies.list',
    title: 'List Studies',
    description: 'Studies, newest first, without what was said in them.',
    category: 'query',
    tags: ['study', 'list'],
    params: listParams,
    result: z.object({
      studies: z.array(studyBriefSchema),
      next_cursor: z.string().nullable().describe('null: this was the last page'),
    }),
    rest: { verb: 'GET', path: '/studies', tag: 'studies' },
    errors: ['forbidden'],
    examples: [{ name: 'the newest', params: { limit: 10 } }],
    handle: async ({ user_id, limit: given, cursor }, call) => {
      const userId = scopeUser(call.identity, user_id, 'list studies for');
      const limit = given ?? DEFAULT_LIMIT;
      const after = readCursor(cursor);
      const found: StudyRecord[] = await call.deps.store.studies.list({
        limit: limit + 1,
        ...(userId === undefined ? {} : { userId }),
        ...(after === null ? {} : { after }),
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        studies: await studyBriefs(call, page),
        next_cursor: found.length > limit && last !== undefined ? writeCursor(last) : null,
      };
    },
  }),
);

const exportParams = byStudy.extend({
  format: z.enum(EXPORT_FORMATS).nullish().describe('Default md'),
});

export const studiesExport = instrumented(
  defineMethod<z.infer<typeof exportParams>>({
    ...studyShared,
    name: 'studies.export',
    title: 'Export Study',
    description:
      'A study as one document: Markdown, a page of HTML that needs nothing else, or JSON. GET /studies/{study_id}/report is the same as a file.',
    category: 'query',
    tags: ['study', 'export', 'report'],
    params: exportParams,
    result: z.object({
      study_id: z.string(),
      format: z.enum(EXPORT_FORMATS),
      filename: z.string(),
      content_type: z.string(),
      content: z.string(),
    }),
    errors: ['not_found', 'conflict'],
    examples: [{ name: 'as Markdown', params: { study_id: SAMPLE_ID, format: 'md' } }],
    handle: async ({ study_id, format }, call) => {
      const study = await studyView(call, await requireOwnStudy(call, study_id));
      if (study.status === 'in_progress')
        throw new AppError('conflict', `Study ${study_id} still runs: its report comes with its end`);
      return { study_id, ...exportStudy(study, format ?? 'md') };
    },
  }),
);

export const studiesDelete = instrumented(
  defineMethod<z.infer<typeof byStudy>>({
    ...studyShared,
    name: 'studies.delete',
    title: 'Delete Study',
    description: 'Deletes a study with all that was said in it, its report, and the tree it ran as.',
    category: 'crud',
    tags: ['study', 'delete'],
    params: byStudy,
    result: z.object({ success: z.boolean(), study_id: z.string(), deleted_tasks: z.number().int() }),
    isDestructive: true,
    rest: { verb: 'DELETE', path: '/studies/:study_id', status: 204, tag: 'studies' },
    errors: ['not_found', 'conflict'],
    examples: [{ name: 'by id', params: { study_id: SAMPLE_ID } }],
    handle: async ({ study_id }, call) => {
      const { store } = call.deps;
      await requireOwnStudy(call, study_id);
      const [active] = await store.runs.active({ rootTaskIds: [study_id], limit: 1 });
      if (active !== undefined)
        throw new AppError('conflict', `Study ${study_id} is running: cancel it first (tasks.cancel)`);
      const tree = await store.tasks.tree(study_id);
      const ids = tree.map(({ id }) => id);
      const [linked] = await store.tasks.linkedTo(ids);
      if (linked !== undefined)
        throw new AppError(
          'conflict',
          `Task ${linked} of the study is linked to by another tree: delete that first`,
        );
      // The rows first: what is left of a tree after a crash can be deleted as a tree.
      await store.studies.delete(study_id);
      const deleted = ids.length === 0 ? 0 : await store.tasks.delete(ids);
      await syncSchedules(call, tree);
      return { success: true, study_id, deleted_tasks: deleted };
    },
  }),
);
