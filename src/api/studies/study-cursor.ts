/** Where a page of studies ends, as a text that clients hand back as it is. */
import { AppError } from '../../core/errors.ts';
import type { StudyRecord } from '../../ports/study-store.ts';

type Place = Pick<StudyRecord, 'createdAt' | 'studyId'>;

export function writeCursor({ createdAt, studyId }: Place): string {
  return Buffer.from(`${createdAt} ${studyId}`).toString('base64url');
}

/** null: from the start. Throws `invalid_params`. */
export function readCursor(cursor: string | null | undefined): Place | null {
  if (cursor == null || cursor === '') return null;
  const [createdAt, studyId, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const isRead = createdAt !== undefined && /^\d{4}-\d\d-\d\dT/.test(createdAt) && rest.length === 0;
  if (!isRead || studyId === undefined || studyId === '')
    throw new AppError('invalid_params', 'cursor: give next_cursor of the page before, as it is');
  return { createdAt, studyId };
}
