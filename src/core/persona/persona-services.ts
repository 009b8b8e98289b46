/** Personas as executors work with them. */
import type { Persona, PersonaFields } from './persona.ts';

/** Where a backup went, and what is in it. */
export interface BackupSummary {
  /** Relative to DATA_DIR, or `s3://bucket/key`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly count: number;
}

export interface PersonaServices {
  /**
   * Those that everybody has and the user's own, in the order of `ids`, each once. Throws `not_found` that names the
   * ones there are not (what is not the user's does not exist).
   */
  getMany(ids: readonly number[], userId: string): Promise<Persona[]>;
  /** Makes them the user's own; one effect a key. Throws `conflict` above what a user may have. */
  save(userId: string, drafts: readonly PersonaFields[], idempotencyKey: string): Promise<Persona[]>;
  /** Throws `task_failed` when there is no such place. */
  backup(target: 'file' | 's3', userId: string): Promise<BackupSummary>;
}
