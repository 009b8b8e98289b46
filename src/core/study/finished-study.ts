/** A study that has ended, as it is kept. */
import type { PersonaEntry } from '../persona/persona.ts';
import type { Exit } from '../safety/exit.ts';
import type { FeedbackReport } from './feedback-report.ts';
import type { StudyTopic } from './study-request.ts';
import type { StudyTurn } from './study-turn.ts';

export const STUDY_ENDINGS = ['completed', 'blocked'] as const;
export type StudyEnding = (typeof STUDY_ENDINGS)[number];

export interface StudyOutcome {
  readonly status: StudyEnding;
  readonly exit: Exit | null;
  readonly outputExit: Exit | null;
  readonly personas: readonly PersonaEntry[];
  readonly conversation: readonly StudyTurn[];
  readonly report: FeedbackReport | null;
}

export interface FinishedStudy extends StudyOutcome {
  /** The root of its tree. */
  readonly studyId: string;
  readonly userId: string;
  readonly topic: StudyTopic;
  readonly demoReason: string | null;
}
