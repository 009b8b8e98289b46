/** The rows of personas. Part of the store; both drivers pass the same conformance suite. */
import type { Persona, PersonaFields } from '../core/persona/persona.ts';
import type { StoredEntry } from '../core/persona/persona-file.ts';
import type { IdempotencyRecord } from './idempotency-store.ts';

export interface PersonaFilter {
  /** Shipped ones and this user's; null = everybody's. */
  readonly viewer: string | null;
  readonly only?: 'shipped' | 'owned';
  /** Somewhere in name, occupation, location, proficiency or traits, whatever its case. */
  readonly search?: string;
  readonly techProficiency?: Persona['tech_proficiency'];
  readonly limit: number;
  readonly offset: number;
}

export interface NewPersonas {
  readonly owner: string;
  readonly drafts: readonly PersonaFields[];
  /** ISO-8601 UTC. */
  readonly at: string;
  /** How many the owner may have in all. Throws `conflict` above it. */
  readonly mostOfOwner: number;
  /** The ids are put into its answer, as `ids`. Throws `idempotency_conflict` when the key is taken. */
  readonly idempotency?: IdempotencyRecord;
}

export interface PersonaChange {
  readonly id: number;
  readonly owner: string;
  readonly fields: Partial<PersonaFields>;
  readonly at: string;
  /** Throws `precondition_failed` when it is not the newest. */
  readonly version?: number;
}

/** All personas at one moment; `revision` grows with every change. */
export interface PersonaSnapshot {
  readonly revision: number;
  readonly personas: readonly Persona[];
}

/** What has been done with the files beside the automatic writing. */
export interface PersonaBackup {
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly kind: 'backup' | 'restore';
  readonly target: 'file' | 's3' | 'shipped';
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly count: number;
  /** Who has asked for it; null = the start of a server. */
  readonly by: string | null;
}

export interface PersonaStore {
  /** Those there are, by id. */
  getMany(ids: readonly number[]): Promise<Persona[]>;
  /** By id; `total` counts what matches. */
  list(filter: PersonaFilter): Promise<{ personas: Persona[]; total: number }>;
  /** With ids that no persona ever had. All or nothing. */
  create(input: NewPersonas): Promise<Persona[]>;
  /** Null when the owner has no such persona. */
  update(change: PersonaChange): Promise<Persona | null>;
  /** false when the owner has no such persona. */
  remove(id: number, owner: string, version?: number): Promise<boolean>;
  /** Of users who are gone. Returns how many went. */
  removeOf(owners: readonly string[]): Promise<number>;
  /** Only into an empty table, and only once whoever else tries it at the same time. Null: it was not empty. */
  seed(entries: readonly StoredEntry[], at: string): Promise<number | null>;
  /** Makes the table what the entries say. Those that stay as they are keep their version. */
  replaceAll(
    entries: readonly StoredEntry[],
    at: string,
  ): Promise<{ added: number; changed: number; removed: number }>;
  revision(): Promise<number>;
  /**
   * Calls `use` with all personas. No two processes of one database are in here at once, so that what is written last is
   * newest; `use` may be called again when a connection was lost.
   */
  withSnapshot<Result>(use: (snapshot: PersonaSnapshot) => Promise<Result>): Promise<Result>;
  /** The newest 200 are kept. */
  recordBackup(backup: PersonaBackup): Promise<void>;
  /** Newest first. */
  backups(limit: number): Promise<PersonaBackup[]>;
}
