/** Has a model sum a conversation up; what cannot be used goes back to it with the reasons, at most twice. */
import { AppError } from '../errors.ts';
import type { LlmClient } from '../llm/chat.ts';
import type { FeedbackReport } from './feedback-report.ts';
import { readReport } from './read-report.ts';
import { reportJsonSchema, reportMessages, reportRepairMessages } from './report-prompt.ts';
import type { StudyTurn } from './study-turn.ts';

const MOST_REPAIRS = 2;
const TIMEOUT_MS = 120_000;
const MOST_TOKENS = 4_000;

export interface ReportWish {
  readonly feature: string;
  readonly turns: readonly StudyTurn[];
  readonly model: string | undefined;
  readonly provider: string | undefined;
  /** Told what is done, 0 to 1. */
  readonly onProgress?: (progress: number, message: string) => void;
}

export interface MadeReport {
  /** null: the answer was canned, and whoever asked makes a report by rules. */
  readonly report: FeedbackReport | null;
  readonly model: string;
  readonly repairs: number;
  readonly droppedQuotes: number;
}

/** Throws as the client does, and `task_failed` for a report that stays broken. */
export async function makeReport(llm: LlmClient, wish: ReportWish): Promise<MadeReport> {
  const messages = reportMessages(wish.feature, wish.turns);
  for (let repairs = 0; ; repairs++) {
    const { text, model, isDemo } = await llm.chat({
      messages,
      model: wish.model,
      provider: wish.provider,
      temperature: 0.2,
      maxTokens: MOST_TOKENS,
      timeoutMs: TIMEOUT_MS,
      format: { type: 'schema', name: 'feedback_report', schema: reportJsonSchema(), isUnchecked: true },
    });
    if (isDemo) return { report: null, model, repairs, droppedQuotes: 0 };
    const { report, problems, droppedQuotes } = readReport(text, wish.turns);
    if (report !== null) return { report, model, repairs, droppedQuotes };
    if (repairs === MOST_REPAIRS)
      throw new AppError(
        'task_failed',
        `The model's report cannot be used after ${repairs} repairs:\n- ${problems.join('\n- ')}`,
      );
    wish.onProgress?.((repairs + 1) / (MOST_REPAIRS + 2), `The report is corrected: ${problems[0] ?? ''}`);
    messages.push(...reportRepairMessages(text, problems));
  }
}
