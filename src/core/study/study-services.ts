/** Studies as executors work with them. */
import type { FinishedStudy } from './finished-study.ts';

export interface StudyServices {
  /** Writes the study, its turns and its report in one; a repeat writes the same. Throws `conflict` for another's id. */
  save(study: FinishedStudy): Promise<void>;
}
