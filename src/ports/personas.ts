/** The service of personas: every change of theirs goes through it, so that the files follow. */
import type { Persona, PersonaFields } from '../core/persona/persona.ts';
import type { StoredEntry } from '../core/persona/persona-file.ts';
import type { IdempotencyRecord } from './idempotency-store.ts';
import type { PersonaBackup, PersonaChange } from './persona-store.ts';

export type BackupTarget = 'file' | 's3';
/** Where a restore takes personas from: one of the two files, the bucket, or the request itself. */
export type RestoreSource = 'backup' | 'file' | 's3' | 'upload';

export interface PersonaFileState {
  /** Relative to DATA_DIR. */
  readonly path: string;
  readonly health: 'ok' | 'missing' | 'corrupt';
  /** What is wrong with it; null when nothing is. */
  readonly problem: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly count: number;
  readonly modifiedAt: string | null;
}

export interface PersonaBackupState {
  readonly files: readonly PersonaFileState[];
  /** The files have every change. */
  readonly isCurrent: boolean;
  /** Why they could not be written last; null when they could. */
  readonly lastError: string | null;
  /** Null: none is set up. */
  readonly cloud: {
    readonly url: string;
    readonly uploadedAt: string | null;
    readonly lastError: string | null;
  } | null;
}

export interface RestoreResult {
  readonly source: RestoreSource;
  readonly count: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Personas {
  /** How many one user may have. */
  readonly mostPerUser: number;
  create(
    owner: string,
    drafts: readonly PersonaFields[],
    idempotency?: IdempotencyRecord,
  ): Promise<Persona[]>;
  /** Null when the owner has no such persona. */
  update(change: Omit<PersonaChange, 'at'>): Promise<Persona | null>;
  remove(id: number, owner: string, version?: number): Promise<boolean>;
  /** Throws `conflict` when there is no such place, `unavailable` when it cannot be written now. */
  backup(target: BackupTarget, by: string): Promise<PersonaBackup>;
  /** Throws `conflict` when what is there is missing or damaged. */
  restore(
    source: Exclude<RestoreSource, 'upload'> | readonly StoredEntry[],
    by: string,
  ): Promise<RestoreResult>;
  state(): Promise<PersonaBackupState>;
}
