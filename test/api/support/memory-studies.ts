/** The studies of the store in memory. */
import { AppError } from '../../../src/core/errors.ts';
import type { FinishedStudy } from '../../../src/core/study/finished-study.ts';
import { isoMicros } from '../../../src/core/time.ts';
import type { NewStudy, StudyRecord, StudyStore } from '../../../src/ports/study-store.ts';

export interface MemoryStudies extends StudyStore {
  /** As the accept transaction does. */
  accepted(study: NewStudy): void;
}

export function memoryStudies(): MemoryStudies {
  const records = new Map<string, StudyRecord>();
  const finished = new Map<string, FinishedStudy>();
  const newestFirst = () =>
    [...records.values()].sort((left, right) =>
      `${right.createdAt} ${right.studyId}` < `${left.createdAt} ${left.studyId}` ? -1 : 1,
    );
  return {
    accepted: (study) =>
      void records.set(study.studyId, {
        ...study,
        status: 'accepted',
        exit: null,
        outputExit: null,
        personas: [],
        demoTurns: 0,
        createdAt: isoMicros(Date.now()),
        completedAt: null,
      }),
    get: async (studyId) => records.get(studyId) ?? null,
    content: async (studyId) => {
      const { conversation = [], report = null } = finished.get(studyId) ?? {};
      return { conversation: [...conversation], report };
    },
    list: async ({ userId, limit, after }) =>
      newestFirst()
        .filter((one) => userId === undefined || one.userId === userId)
        .filter(
          (one) =>
            after === undefined || `${one.createdAt} ${one.studyId}` < `${after.createdAt} ${after.studyId}`,
        )
        .slice(0, limit),
    save: async (study) => {
      const standing = records.get(study.studyId);
      if (standing !== undefined && standing.userId !== study.userId)
        throw new AppError('conflict', "another user's");
      const now = isoMicros(Date.now());
      const { conversation, report: _report, ...rest } = study;
      const demoTurns = conversation.filter(({ demo }) => demo).length;
      const createdAt = standing?.createdAt ?? now;
      records.set(study.studyId, { ...rest, demoTurns, createdAt, completedAt: now });
      finished.set(study.studyId, study);
    },
    delete: async (studyId) => {
      finished.delete(studyId);
      return records.delete(studyId);
    },
    removeOf: async (userIds) => {
      const gone = [...records.values()].filter(({ userId }) => userIds.includes(userId));
      for (const { studyId } of gone) records.delete(studyId);
      return gone.length;
    },
  };
}
