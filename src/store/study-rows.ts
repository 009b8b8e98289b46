/** Studies, turns and reports as rows, and back. */
import type { JsonObject } from '../core/json.ts';
import type { PersonaEntry } from '../core/persona/persona.ts';
import type { Exit } from '../core/safety/exit.ts';
import type { StudyTurn } from '../core/study/study-turn.ts';
import type { NewStudy, StudyRecord } from '../ports/study-store.ts';
import { fromJson } from './rows.ts';
import type { Row } from './schema.ts';

/** What stands in the column `detail`. */
interface Detail {
  readonly topic: Omit<StudyRecord['topic'], 'feature'>;
  readonly demoReason: string | null;
  readonly exit?: Exit | null;
  readonly outputExit?: Exit | null;
  readonly personas?: readonly PersonaEntry[];
  readonly demoTurns?: number;
}

export function newStudyToRow(study: NewStudy, createdAt: string): Row {
  return studyToRow({
    ...study,
    status: 'accepted',
    exit: null,
    outputExit: null,
    personas: [],
    demoTurns: 0,
    createdAt,
    completedAt: null,
  });
}

export function studyToRow(study: StudyRecord): Row {
  const { feature, ...topic } = study.topic;
  const { demoReason, exit, outputExit, personas, demoTurns } = study;
  const detail: Detail = { topic, demoReason, exit, outputExit, personas, demoTurns };
  return {
    study_id: study.studyId,
    user_id: study.userId,
    status: study.status,
    feature,
    detail: JSON.stringify(detail),
    created_at: study.createdAt,
    completed_at: study.completedAt ?? '',
  };
}

export function rowToStudy(row: Row): StudyRecord {
  const detail = fromJson<JsonObject>(row['detail']) as unknown as Detail;
  return {
    studyId: String(row['study_id']),
    userId: String(row['user_id']),
    topic: { ...detail.topic, feature: String(row['feature']) },
    demoReason: detail.demoReason,
    status: row['status'] as StudyRecord['status'],
    exit: detail.exit ?? null,
    outputExit: detail.outputExit ?? null,
    personas: detail.personas ?? [],
    demoTurns: detail.demoTurns ?? 0,
    createdAt: String(row['created_at']),
    completedAt: row['completed_at'] === '' ? null : String(row['completed_at']),
  };
}

export function turnToRow(studyId: string, { turn, round, persona_id, name, ...said }: StudyTurn): Row {
  return {
    study_id: studyId,
    turn,
    round,
    persona_id,
    name,
    said: said.text,
    is_demo: said.demo ? 1 : 0,
    is_redacted: said.redacted ? 1 : 0,
  };
}

export function rowToTurn(row: Row): StudyTurn {
  return {
    turn: Number(row['turn']),
    round: Number(row['round']),
    persona_id: Number(row['persona_id']),
    name: String(row['name']),
    text: String(row['said']),
    demo: Number(row['is_demo']) === 1,
    redacted: Number(row['is_redacted']) === 1,
  };
}
