/** The rows of studies. Part of the store; both drivers pass the same conformance suite. */
import type { PersonaEntry } from '../core/persona/persona.ts';
import type { Exit } from '../core/safety/exit.ts';
import type { FeedbackReport } from '../core/study/feedback-report.ts';
import type { FinishedStudy, StudyEnding } from '../core/study/finished-study.ts';
import type { StudyTopic } from '../core/study/study-request.ts';
import type { StudyTurn } from '../core/study/study-turn.ts';

/** Written in the transaction that accepts its run. */
export interface NewStudy {
  /** The root of its tree. */
  readonly studyId: string;
  readonly userId: string;
  readonly topic: StudyTopic;
  readonly demoReason: string | null;
}

export interface StudyRecord extends NewStudy {
  /** `accepted`: no run of it has come to its end. */
  readonly status: 'accepted' | StudyEnding;
  readonly exit: Exit | null;
  readonly outputExit: Exit | null;
  readonly personas: readonly PersonaEntry[];
  readonly demoTurns: number;
  /** ISO-8601 UTC with microseconds. */
  readonly createdAt: string;
  readonly completedAt: string | null;
}

export interface StudyFilter {
  /** Absent = everybody's. */
  readonly userId?: string;
  readonly limit: number;
  /** Only what stands behind this one in the list. */
  readonly after?: Pick<StudyRecord, 'createdAt' | 'studyId'>;
}

export interface StudyStore {
  get(studyId: string): Promise<StudyRecord | null>;
  /** Of a study that has come to its end; nothing before. */
  content(studyId: string): Promise<{ conversation: StudyTurn[]; report: FeedbackReport | null }>;
  /** Newest first. */
  list(filter: StudyFilter): Promise<StudyRecord[]>;
  /** All in one; a repeat leaves the same behind. Throws `conflict` when the id is another user's. */
  save(study: FinishedStudy): Promise<void>;
  /** With all that was said. Returns whether there was one. */
  delete(studyId: string): Promise<boolean>;
  /** Of users who are gone. */
  removeOf(userIds: readonly string[]): Promise<number>;
}
