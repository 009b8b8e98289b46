/**
 * The tree of a study: check the feature → load the personas → rounds, in which everybody speaks at the same time and
 * knows the rounds before → check what was said → report → keep it all. The root's id is the study's.
 */
import type { JsonObject } from '../json.ts';
import type { PersonaEntry } from '../persona/persona.ts';
import { CONTACT_TYPES } from '../safety/contact-types.ts';
import { TREE_LIMITS } from '../task.ts';
import { DEFAULT_ROUNDS, type StudyTopic } from './study-request.ts';

export interface StudyTree {
  readonly studyId: string;
  readonly topic: StudyTopic;
  /** Who takes part; only their ids and names are used. */
  readonly personas: readonly Pick<PersonaEntry, 'id' | 'name'>[];
  /** Why no model is asked; null = one is. */
  readonly demoReason: string | null;
}

/** Drafts as `tasks.create` takes them, root first. */
export function buildStudyTree({ studyId, topic, personas, demoReason }: StudyTree): JsonObject[] {
  const rounds = topic.turns ?? DEFAULT_ROUNDS;
  const { feature, context } = topic;
  const model = { ...given('model', topic.model), ...given('provider', topic.provider) };
  const about = { feature, ...given('context', context) };
  const ids = studyTaskIds(studyId);
  const all = Array.from({ length: rounds }, (_, index) => index + 1);
  return [
    task(studyId, `Study: ${feature}`, 'study_store_executor', {
      inputs: {
        ...about,
        ...model,
        persona_ids: personas.map(({ id }) => id),
        turns: rounds,
        ...given('demo_reason', demoReason),
      },
      // Optional: a study that the check has blocked is kept as well, with nothing said in it.
      dependencies: optional([ids.check, ids.personas, ids.conversation, ids.report]),
    }),
    task(ids.check, 'Check the feature', 'safety_check_executor', {
      parent: studyId,
      inputs: {
        text: context == null ? feature : `${feature}\n\n${context}`,
        stage: 'input',
        allow: CONTACT_TYPES,
      },
    }),
    task(ids.personas, 'Load the personas', 'study_personas_executor', {
      parent: studyId,
      inputs: { persona_ids: personas.map(({ id }) => id) },
      dependencies: [ids.check],
    }),
    ...all.flatMap((round) =>
      roundTasks({ studyId, personas }, { round, rounds, inputs: { ...about, ...model } }),
    ),
    // Groups, and requires the report: without it the study has failed, unless it was blocked.
    task(ids.feedback, 'Feedback', null, { parent: studyId, dependencies: [ids.report] }),
    task(ids.conversation, 'Check the conversation', 'study_check_executor', {
      parent: ids.feedback,
      dependencies: all.map(ids.round),
    }),
    task(ids.report, 'Write the report', 'feedback_report_executor', {
      parent: ids.feedback,
      inputs: { feature, ...model },
      dependencies: [ids.conversation],
    }),
  ];
}

/** Ids of the tasks of a study that was built here. */
export function studyTaskIds(studyId: string) {
  return {
    check: `${studyId}.check`,
    personas: `${studyId}.personas`,
    round: (round: number) => `${studyId}.r${round}`,
    turn: (round: number, personaId: number) => `${studyId}.r${round}.p${personaId}`,
    feedback: `${studyId}.feedback`,
    conversation: `${studyId}.conversation`,
    report: `${studyId}.report`,
  } as const;
}

function roundTasks(
  { studyId, personas }: Pick<StudyTree, 'studyId' | 'personas'>,
  { round, rounds, inputs }: { readonly round: number; readonly rounds: number; readonly inputs: JsonObject },
): JsonObject[] {
  const ids = studyTaskIds(studyId);
  const before = round === 1 ? [] : [ids.round(round - 1)];
  const turns = personas.map(({ id }) => ids.turn(round, id));
  return [
    task(ids.round(round), `Round ${round}`, 'study_round_executor', {
      parent: studyId,
      dependencies: [...before, ...turns],
    }),
    ...personas.map(({ id, name }) =>
      task(ids.turn(round, id), `Round ${round}: ${name} (${id})`, 'persona_turn_executor', {
        parent: ids.round(round),
        inputs: { ...inputs, persona_id: id, round, rounds },
        dependencies: [ids.personas, ...before],
      }),
    ),
  ];
}

interface Rest {
  readonly parent?: string;
  readonly inputs?: JsonObject;
  readonly dependencies?: JsonObject[] | string[];
}

function task(id: string, name: string, executor: string | null, rest: Rest): JsonObject {
  const oneLine = name.replace(/\s+/g, ' ').slice(0, TREE_LIMITS.nameLength).toWellFormed().trim();
  const { parent, inputs = {}, dependencies = [] } = rest;
  return {
    id,
    name: oneLine,
    ...(parent === undefined ? {} : { parent_id: parent }),
    schemas: executor === null ? {} : { method: executor },
    inputs,
    dependencies: dependencies.map((one) => (typeof one === 'string' ? { id: one, required: true } : one)),
  };
}

function optional(ids: readonly string[]): JsonObject[] {
  return ids.map((id) => ({ id, required: false }));
}

function given(name: string, value: string | null | undefined): JsonObject {
  return value == null ? {} : { [name]: value };
}
