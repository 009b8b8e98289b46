/** Studies as clients see them: the row, how its tree stands, and what was said so far. */
import { z } from 'zod';
import { isJsonObject } from '../../core/json.ts';
import { type PersonaEntry, personaEntry } from '../../core/persona/persona.ts';
import { studyTaskIds } from '../../core/study/build-study-tree.ts';
import { numberTurns } from '../../core/study/number-turns.ts';
import type { Study, StudyBrief, StudyStatus } from '../../core/study/study.ts';
import { DEFAULT_ROUNDS } from '../../core/study/study-request.ts';
import type { StudyTurn } from '../../core/study/study-turn.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { StudyRecord } from '../../ports/study-store.ts';
import type { Call } from '../method.ts';

const spoken = z.object({ persona_id: z.number(), name: z.string(), round: z.number(), text: z.string() });
const loaded = z.object({ result: z.object({ personas: z.array(personaEntry) }) });

export async function studyView(call: Pick<Call, 'deps'>, record: StudyRecord): Promise<Study> {
  const { store } = call.deps;
  const root = await store.tasks.get(record.studyId);
  const brief = briefOf(record, root);
  const isKept = record.status !== 'accepted' && !isOpen(brief.status);
  if (isKept || root === null || root.run_id === null) {
    const content = await store.studies.content(record.studyId);
    return { ...brief, personas: [...record.personas], ...content };
  }
  const { personas, conversation, failure } = await soFar(call, record, root.run_id);
  const error = brief.status === 'failed' ? (failure ?? brief.error) : brief.error;
  return { ...brief, ...countDemo(brief, conversation), error, personas, conversation, report: null };
}

export async function studyBriefs(
  call: Pick<Call, 'deps'>,
  records: readonly StudyRecord[],
): Promise<StudyBrief[]> {
  const roots = await call.deps.store.tasks.getMany(records.map(({ studyId }) => studyId));
  const byId = new Map(roots.map((root) => [root.id, root]));
  return records.map((record) => briefOf(record, byId.get(record.studyId) ?? null));
}

export function isOpen(status: StudyStatus): boolean {
  return status === 'in_progress';
}

function briefOf(record: StudyRecord, root: TaskRecord | null): StudyBrief {
  const { topic, demoReason, demoTurns } = record;
  const status = statusOf(record, root);
  return {
    study_id: record.studyId,
    run_id: root?.run_id ?? null,
    root_task_id: record.studyId,
    user_id: record.userId,
    status,
    feature: topic.feature,
    context: topic.context ?? null,
    persona_ids: topic.persona_ids,
    turns: topic.turns ?? DEFAULT_ROUNDS,
    model: topic.model ?? null,
    provider: topic.provider ?? null,
    demo: { active: demoTurns > 0 || demoReason !== null, reason: demoReason, turns: demoTurns },
    exit: record.exit,
    output_exit: record.outputExit,
    error: status === 'failed' || status === 'cancelled' ? (root?.error ?? null) : null,
    created_at: record.createdAt,
    completed_at: isOpen(status) ? null : (record.completedAt ?? root?.completed_at ?? null),
  };
}

/** The tree knows whether it still runs; how it ended well stands in the row. A tree that was deleted never ends. */
function statusOf(record: StudyRecord, root: TaskRecord | null): StudyStatus {
  const ending = record.status === 'accepted' ? null : record.status;
  if (root === null) return ending ?? 'cancelled';
  if (root.status === 'failed' || root.status === 'cancelled') return root.status;
  if (root.status === 'completed') return ending ?? 'completed';
  return 'in_progress';
}

/** From the tasks of the run, while it goes on and where it ended without having been kept. */
async function soFar(
  { deps }: Pick<Call, 'deps'>,
  { studyId, topic }: StudyRecord,
  runId: string,
): Promise<{ personas: PersonaEntry[]; conversation: StudyTurn[]; failure: string | null }> {
  const ids = studyTaskIds(studyId);
  const rounds = Array.from({ length: topic.turns ?? DEFAULT_ROUNDS }, (_, index) => index + 1);
  const turnIds = rounds.flatMap((round) => topic.persona_ids.map((personaId) => ids.turn(round, personaId)));
  const outcomes = await deps.store.runs.outcomes(runId, [
    ids.check,
    ids.personas,
    ...turnIds,
    ids.conversation,
    ids.report,
  ]);
  const results = new Map(outcomes.map(({ taskId, result }) => [taskId, result]));
  const turns = turnIds.flatMap((id) => {
    const result = results.get(id) ?? null;
    const turn = spoken.safeParse(result);
    const isDemo = isJsonObject(result) && result['demo_mode'] === true;
    return turn.success ? [{ ...turn.data, demo: isDemo }] : [];
  });
  return {
    personas: loaded.safeParse(results.get(ids.personas)).data?.result.personas ?? [],
    conversation: numberTurns(turns),
    // The root only says which task it was.
    failure: outcomes.find(({ status }) => status === 'failed')?.error ?? null,
  };
}

function countDemo({ demo }: StudyBrief, conversation: readonly StudyTurn[]): Pick<StudyBrief, 'demo'> {
  const turns = conversation.filter((turn) => turn.demo).length;
  return { demo: { active: demo.active || turns > 0, reason: demo.reason, turns } };
}
