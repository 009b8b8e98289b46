/** Personas as executors work with them. */
import type { Persona } from './persona.ts';

export interface PersonaServices {
  /**
   * Those that everybody has and the user's own, in the order of `ids`, each once. Throws `not_found` that names the
   * ones there are not (what is not the user's does not exist).
   */
  getMany(ids: readonly number[], userId: string): Promise<Persona[]>;
}
