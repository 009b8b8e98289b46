/** What a model says in studies of tests: turns that name who speaks, and reports that quote them. */
import type { StudyTurn } from '../../src/core/study/study-turn.ts';
import type { SeenCall } from './fake-provider.ts';

interface PromptData {
  readonly persona?: { readonly name: string };
  readonly said_before?: readonly { readonly name: string; readonly round: number; readonly text: string }[];
  readonly conversation?: readonly StudyTurn[];
}

/** For `answerTo` of the fake provider. */
export function studyAnswer({ body }: SeenCall): () => string {
  const data = dataIn(body);
  return () =>
    data.conversation === undefined ? turnText(data) : JSON.stringify(reportOn(data.conversation));
}

/** What the prompt holds between its tags. */
export function dataIn(body: SeenCall['body']): PromptData {
  const prompt = (body.messages as { role: string; content: string }[])
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .find((content) => content.includes('<data>'));
  const json = /<data>\n(.*)\n<\/data>/s.exec(prompt ?? '')?.[1] ?? '{}';
  return JSON.parse(json) as PromptData;
}

function turnText({ persona, said_before: said = [] }: PromptData): string {
  const round = Math.max(0, ...said.map((turn) => turn.round)) + 1;
  const heard = said.length === 0 ? 'nobody before me' : `${said.length} before me`;
  return `I am ${persona?.name}, this is my turn number ${round}, and I heard ${heard}.`;
}

export function reportOn(conversation: readonly Pick<StudyTurn, 'turn' | 'persona_id' | 'name' | 'text'>[]) {
  const people = new Map(conversation.map(({ persona_id, name }) => [persona_id, name]));
  const ids = [...people.keys()];
  return {
    summary: `${people.size} people spoke ${conversation.length} times.`,
    themes: [{ name: 'Hearing', detail: 'They listen.', persona_ids: ids, sentiment: 'mixed' }],
    sentiment: [...people].map(([persona_id, name]) => ({
      persona_id,
      name,
      sentiment: 'positive',
      reason: 'spoke',
    })),
    insights: [
      {
        title: 'Go on',
        detail: 'It works.',
        action: 'Ship it',
        persona_ids: ids.slice(0, 1),
        severity: 'low',
        owner: 'product',
        effort: 'small',
      },
    ],
    quotes: conversation
      .slice(0, 3)
      .map(({ persona_id, turn, text }) => ({ persona_id, turn, text: text.slice(0, 20) })),
  };
}
