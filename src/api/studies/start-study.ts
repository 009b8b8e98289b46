/** From a request to an accepted study: who takes part, whether a model is asked, the tree, the run. */
import { AppError } from '../../core/errors.ts';
import { uuidV7 } from '../../core/ids.ts';
import { parseLlmKey } from '../../core/llm/llm-key.ts';
import type { Persona } from '../../core/persona/persona.ts';
import type { QuotaInfo } from '../../core/quota/quota-info.ts';
import type { Run } from '../../core/run.ts';
import { buildStudyTree } from '../../core/study/build-study-tree.ts';
import { DEFAULT_ROUNDS, type StudyTopic } from '../../core/study/study-request.ts';
import { validateTree } from '../../core/task-tree/validate-tree.ts';
import { isoMicros } from '../../core/time.ts';
import type { IdempotencyRecord } from '../../ports/store.ts';
import type { Call } from '../method.ts';
import { acceptRun } from '../runs/accept-run.ts';
import { type ModelWish, studyDemoReason } from './study-demo-reason.ts';

export interface StartedStudy {
  readonly studyId: string;
  readonly run: Run;
  readonly quotaInfo: QuotaInfo;
}

/** Throws `invalid_params` for personas there are not, and as `acceptRun` does. */
export async function startStudy(
  call: Call,
  request: StudyTopic & ModelWish,
  idempotency: (runId: string, studyId: string) => IdempotencyRecord | undefined,
): Promise<StartedStudy> {
  const llmKey = parseLlmKey(call.llmKeyHeader);
  const personas = await personasOf(call, request.persona_ids);
  const topic: StudyTopic = {
    feature: request.feature,
    context: request.context ?? null,
    persona_ids: personas.map(({ id }) => id),
    turns: request.turns ?? DEFAULT_ROUNDS,
    model: request.model ?? null,
    provider: request.provider ?? null,
  };
  const demoReason = await studyDemoReason(call, request, llmKey);
  const studyId = uuidV7();
  const { userId } = call.identity;
  const now = isoMicros(call.deps.clock.now());
  const drafts = buildStudyTree({ studyId, topic, personas, demoReason });
  const tree = validateTree(drafts, { userId, isAdmin: false, now, newId: uuidV7 });
  const { run, quotaInfo } = await acceptRun(call, {
    tree,
    targetId: studyId,
    isNew: true,
    fresh: false,
    // The canned results of a whole tree would keep nothing and check nothing: only the models are left out.
    useDemo: false,
    llmDemoReason: demoReason,
    llmKey,
    options: call.agentNotes === undefined ? {} : { agent: call.agentNotes },
    study: { studyId, userId, topic, demoReason },
    idempotency: (runId) => idempotency(runId, studyId),
  });
  return { studyId, run, quotaInfo };
}

/** Those the caller may see, each once, in the order given. */
async function personasOf(call: Call, ids: readonly number[]): Promise<Persona[]> {
  const wanted = [...new Set(ids)];
  const found = new Map((await call.deps.store.personas.getMany(wanted)).map((one) => [one.id, one]));
  const seen = wanted.flatMap((id) => {
    const persona = found.get(id);
    return persona !== undefined && (persona.owner === null || persona.owner === call.identity.userId)
      ? [persona]
      : [];
  });
  const missing = wanted.filter((id) => !seen.some((persona) => persona.id === id));
  if (missing.length > 0)
    throw new AppError(
      'invalid_params',
      `persona_ids: there is no persona ${missing.join(', ')}. personas.list (GET /personas) shows those there are`,
    );
  return seen;
}
