/** What stands at the head of every document of a study, and what its status means in words. */
import type { Study, StudyStatus } from './study.ts';

export const STATUS_WORDS: Readonly<Record<StudyStatus, string>> = {
  in_progress: 'still running',
  completed: 'completed',
  blocked: 'blocked by the safety check',
  failed: 'failed',
  cancelled: 'cancelled',
};

const DEMO_WORDS: Readonly<Record<string, string>> = {
  no_llm_key: 'there is no key for any model',
  llm_quota_exceeded: "the day's share of models was used up",
  free_tree_llm_limit: 'the free share of this tree was used up',
  requested: 'it was asked for',
  forced: 'this server is set to it',
};

/** Says honestly what was made by rules; null where nothing was. */
export function demoNote({ demo, conversation }: Study): string | null {
  if (!demo.active) return null;
  const reason = demo.reason === null ? '' : `: ${DEMO_WORDS[demo.reason] ?? demo.reason}`;
  const share =
    demo.turns === conversation.length
      ? 'The personas spoke by rules'
      : `${demo.turns} of ${conversation.length} turns were made by rules`;
  return `Demo. ${share}, no model was asked${reason}. Do not decide anything on it.`;
}

export function factsOf(study: Study): [name: string, value: string][] {
  const { status, conversation, turns, persona_ids, created_at, completed_at, model, error, exit } = study;
  const day = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    ['Status', STATUS_WORDS[status]],
    ['Personas', String(persona_ids.length)],
    ['Rounds', String(turns)],
    ['Turns', String(conversation.length)],
    ...(model === null ? [] : [['Model', model] as [string, string]]),
    ['Begun', day(created_at)],
    ...(completed_at === null ? [] : [['Ended', day(completed_at)] as [string, string]]),
    ...(error === null ? [] : [['Error', error] as [string, string]]),
    ...(exit === null ? [] : [['Blocked', `${exit.reason}: ${exit.message}`] as [string, string]]),
    ['Study', study.study_id],
  ];
}

export function namesOf({ conversation, personas }: Study): ReadonlyMap<number, string> {
  return new Map([
    ...conversation.map(({ persona_id, name }) => [persona_id, name] as const),
    ...personas.map(({ id, name }) => [id, name] as const),
  ]);
}

export function peopleIn(ids: readonly number[], names: ReadonlyMap<number, string>): string {
  return ids.map((id) => names.get(id) ?? `persona ${id}`).join(', ');
}
