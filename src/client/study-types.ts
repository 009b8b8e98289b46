/** Params and results of the methods on studies, as a caller types them. */
import type { JsonObject } from '../core/json.ts';
import type { RunStatus } from '../core/run.ts';
import type { FeedbackReport } from '../core/study/feedback-report.ts';
import type { Study, StudyBrief, StudyStatus } from '../core/study/study.ts';

type StudyParams = {
  feature: string;
  /** 1 to 20. */
  persona_ids: number[];
  /** How often each speaks, 1 to 10. Default 3. */
  turns?: number;
  context?: string;
  model?: string;
  provider?: string;
  use_demo?: boolean;
  /** Seconds to wait for the end. Default 0. */
  wait_seconds?: number;
};

type StudyAnswer = {
  study_id: string;
  run_id: string;
  root_task_id: string;
  status: StudyStatus;
  demo: StudyBrief['demo'];
  events: string;
  quota_info?: JsonObject;
  study: Study | null;
};

type ReportParams = Omit<StudyParams, 'persona_ids' | 'turns' | 'context'> & {
  conversation: { persona_id: number; name: string; text: string }[];
};

type ReportAnswer = {
  run_id: string;
  /** Its result is the report. */
  root_task_id: string;
  status: RunStatus;
  demo: { active: boolean; reason: string | null };
  report: FeedbackReport | null;
  error: string | null;
  quota_info?: JsonObject;
};

export interface StudyMethods {
  'studies.run': { params: StudyParams; result: StudyAnswer };
  'studies.get': { params: { study_id: string }; result: Study };
  'studies.list': {
    params: { user_id?: string; limit?: number; cursor?: string };
    result: { studies: StudyBrief[]; next_cursor: string | null };
  };
  'studies.report': { params: ReportParams; result: ReportAnswer };
  'studies.export': {
    params: { study_id: string; format?: 'md' | 'html' | 'json' };
    result: { study_id: string; format: string; filename: string; content_type: string; content: string };
  };
  'studies.delete': {
    params: { study_id: string };
    result: { success: boolean; study_id: string; deleted_tasks: number };
  };
}
