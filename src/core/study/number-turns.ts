/** Numbers what was said: the turn in the conversation, and the round where nobody told it. */
import type { GivenTurn, StudyTurn } from './study-turn.ts';

export function numberTurns(given: readonly GivenTurn[]): StudyTurn[] {
  const spoken = new Map<number, number>();
  return given.map(({ persona_id, name, text, round, demo, redacted }, index) => {
    const times = (spoken.get(persona_id) ?? 0) + 1;
    spoken.set(persona_id, times);
    return {
      turn: index + 1,
      round: round ?? times,
      persona_id,
      name,
      text,
      demo: demo === true,
      redacted: redacted === true,
    };
  });
}
