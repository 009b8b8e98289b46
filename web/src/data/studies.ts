/** Studies: personas talking about a feature, and what came of it. */
import { queryOptions } from '@tanstack/react-query';
import type { Study, StudyBrief } from '../../../src/core/study/study.ts';
import type { StudyTopic } from '../../../src/core/study/study-request.ts';
import { called, client } from './client.ts';
import { rest } from './rest.ts';

const KEY = 'studies';
const PAGE = 50;

export const isStudyOpen = (study: StudyBrief) => study.status === 'in_progress';

export const studies = {
  key: [KEY],
  list: queryOptions({
    queryKey: [KEY, 'list'],
    queryFn: ({ signal }) => rest<{ studies: StudyBrief[] }>(`/studies?limit=${PAGE}`, { signal }),
  }),
  one: (studyId: string) =>
    queryOptions({
      queryKey: [KEY, studyId],
      queryFn: ({ signal }) => rest<Study>(`/studies/${encodeURIComponent(studyId)}`, { signal }),
    }),
  start: (topic: StudyTopic) =>
    rest<{ study_id: string }>('/personas/simulate', {
      body: topic,
      headers: { 'idempotency-key': crypto.randomUUID() },
    }),
  cancel: ({ root_task_id: taskId }: StudyBrief) => called(client.tasks.cancel({ task_ids: [taskId] })),
  remove: (studyId: string) => rest<void>(`/studies/${encodeURIComponent(studyId)}`, { method: 'DELETE' }),
  reportPath: (studyId: string, format: 'md' | 'html' | 'json') =>
    `/studies/${encodeURIComponent(studyId)}/report?format=${format}`,
};
