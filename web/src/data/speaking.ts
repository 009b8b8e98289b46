/** A persona whose turn is being made. */

export interface Speaking {
  readonly round: number;
  readonly personaId: number;
  /** As far as it has come; empty until the first words. */
  readonly text: string;
}
