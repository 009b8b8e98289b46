/** Ownership of studies: what is not yours does not exist; admins see all. */
import { AppError } from '../../core/errors.ts';
import type { StudyRecord } from '../../ports/study-store.ts';
import type { Call } from '../method.ts';
import { canSee } from '../methods/own.ts';

/** Throws `not_found` with "Study X not found". */
export async function requireOwnStudy(
  call: Pick<Call, 'deps' | 'identity'>,
  studyId: string,
): Promise<StudyRecord> {
  const record = await call.deps.store.studies.get(studyId);
  if (record === null || !canSee(call.identity, record.userId))
    throw new AppError('not_found', `Study ${studyId} not found`);
  return record;
}
