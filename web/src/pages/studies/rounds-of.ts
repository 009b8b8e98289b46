/** Turns by round, with those who are speaking; who has said its turn is not speaking any more. */
import type { StudyTurn } from '../../../../src/core/study/study-turn.ts';
import type { Speaking } from '../../data/speaking.ts';

export interface Round {
  readonly round: number;
  readonly turns: readonly StudyTurn[];
  readonly speaking: readonly Speaking[];
}

export function roundsOf(turns: readonly StudyTurn[], speaking: readonly Speaking[]): Round[] {
  const said = new Set(turns.map(({ round, persona_id: id }) => `${round} ${id}`));
  const talking = speaking.filter(({ round, personaId }) => !said.has(`${round} ${personaId}`));
  const numbers = [...new Set([...turns, ...talking].map(({ round }) => round))].sort((a, b) => a - b);
  return numbers.map((round) => ({
    round,
    turns: turns.filter((turn) => turn.round === round),
    speaking: talking.filter((one) => one.round === round),
  }));
}
