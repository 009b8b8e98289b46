/** The verbs on studies, written once for both databases. */
import { AppError } from '../core/errors.ts';
import type { FeedbackReport } from '../core/study/feedback-report.ts';
import type { FinishedStudy } from '../core/study/finished-study.ts';
import { isoMicros } from '../core/time.ts';
import type { StudyFilter, StudyRecord, StudyStore } from '../ports/study-store.ts';
import { fromJson } from './rows.ts';
import type { Row } from './schema.ts';
import type { Database, Parameter, Session } from './session.ts';
import { rowToStudy, rowToTurn, studyToRow, turnToRow } from './study-rows.ts';

const TABLES = ['studies', 'study_turns', 'study_reports'] as const;

export function createStudyStorage(database: Database): StudyStore {
  return {
    get: (studyId) => database.read((session) => find(session, studyId)),
    content: (studyId) =>
      database.read(async (session) => {
        const turns = await session.query('SELECT * FROM study_turns WHERE study_id = $1 ORDER BY turn', [
          studyId,
        ]);
        const [row] = await session.query('SELECT report FROM study_reports WHERE study_id = $1', [studyId]);
        const report = fromJson<Row>(row?.['report'] ?? null) as unknown as FeedbackReport | null;
        return { conversation: turns.map(rowToTurn), report };
      }),
    list: (filter) => database.read((session) => list(session, filter)),
    save: (study) => database.write((session) => save(session, study)),
    delete: (studyId) =>
      database.write(async (session) => {
        const had = (await find(session, studyId)) !== null;
        for (const table of TABLES)
          await session.query(`DELETE FROM ${table} WHERE study_id = $1`, [studyId]);
        return had;
      }),
    removeOf: (userIds) => database.write((session) => removeOf(session, userIds)),
  };
}

async function find(session: Session, studyId: string): Promise<StudyRecord | null> {
  const [row] = await session.query('SELECT * FROM studies WHERE study_id = $1', [studyId]);
  return row === undefined ? null : rowToStudy(row);
}

async function list(session: Session, { userId, after, limit }: StudyFilter): Promise<StudyRecord[]> {
  const parameters: Parameter[] = [];
  const place = (value: Parameter) => `$${parameters.push(value)}`;
  const conditions: string[] = [];
  if (userId !== undefined) conditions.push(`user_id = ${place(userId)}`);
  if (after !== undefined) {
    const [at, id] = [place(after.createdAt), place(after.studyId)];
    conditions.push(`(created_at < ${at} OR (created_at = ${at} AND study_id < ${id}))`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await session.query(
    `SELECT * FROM studies ${where} ORDER BY created_at DESC, study_id DESC LIMIT ${Math.trunc(limit)}`,
    parameters,
  );
  return rows.map(rowToStudy);
}

async function save(session: Session, study: FinishedStudy): Promise<void> {
  const { studyId, userId, topic, demoReason, conversation, report, ...outcome } = study;
  const standing = await find(session, studyId);
  if (standing !== null && standing.userId !== userId)
    throw new AppError('conflict', `Study ${studyId} is another user's`);
  const now = isoMicros(Date.now());
  const record: StudyRecord = {
    studyId,
    userId,
    topic,
    demoReason,
    ...outcome,
    demoTurns: conversation.filter(({ demo }) => demo).length,
    createdAt: standing?.createdAt ?? now,
    completedAt: now,
  };
  await session.insert('studies', [studyToRow(record)], 'upsert');
  await session.query(`DELETE FROM study_turns WHERE study_id = $1 AND turn > ${conversation.length}`, [
    studyId,
  ]);
  await session.insert(
    'study_turns',
    conversation.map((turn) => turnToRow(studyId, turn)),
    'upsert',
  );
  if (report === null) await session.query('DELETE FROM study_reports WHERE study_id = $1', [studyId]);
  else
    await session.insert('study_reports', [{ study_id: studyId, report: JSON.stringify(report) }], 'upsert');
}

async function removeOf(session: Session, userIds: readonly string[]): Promise<number> {
  if (userIds.length === 0) return 0;
  const rows = await session.query(
    'SELECT study_id FROM studies WHERE user_id IN (SELECT unnest($1::text[]))',
    [userIds],
  );
  const ids = rows.map((row) => String(row['study_id']));
  for (const table of TABLES)
    await session.query(`DELETE FROM ${table} WHERE study_id IN (SELECT unnest($1::text[]))`, [ids]);
  return ids.length;
}
