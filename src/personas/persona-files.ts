/**
 * Keeps `personas.json` and `personas_backup.json` what the table says. Whoever changed something waits until a writing
 * that began after the change is done; those who wait at the same time share one.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import { toStoredEntry } from '../core/persona/persona-file.ts';
import type { BackupSummary } from '../core/persona/persona-services.ts';
import type { PersonaSnapshot, PersonaStore } from '../ports/persona-store.ts';
import type { Logger, PersonaMetrics } from '../ports/telemetry.ts';
import { sha256 } from './read-persona-file.ts';
import { writeFileSafely } from './write-file-safely.ts';

export const PERSONAS_FILE = 'personas.json';
export const BACKUP_FILE = 'personas_backup.json';

/** A backup with its text, for those who take it elsewhere. */
export interface WrittenFiles extends BackupSummary {
  readonly revision: number;
  readonly text: string;
}

export interface PersonaFilesParts {
  readonly dataDir: string;
  readonly store: Pick<PersonaStore, 'withSnapshot' | 'revision'>;
  readonly logger: Logger;
  readonly metrics?: PersonaMetrics;
}

export class PersonaFiles {
  readonly file: string;
  readonly backup: string;
  readonly #parts: PersonaFilesParts;
  #writing: Promise<unknown> = Promise.resolve();
  #next: Promise<WrittenFiles> | null = null;
  #writtenRevision = -1;
  #lastError: string | null = null;
  /** The same trouble every few seconds is told once. */
  #loggedError: string | null = null;

  constructor(parts: PersonaFilesParts) {
    this.#parts = parts;
    this.file = join(parts.dataDir, PERSONAS_FILE);
    this.backup = join(parts.dataDir, BACKUP_FILE);
  }

  get lastError(): string | null {
    return this.#lastError;
  }

  async isCurrent(): Promise<boolean> {
    return (await this.#parts.store.revision()) === this.#writtenRevision;
  }

  /** Resolves when both files have all that was committed before. Rejects when they cannot be written. */
  write(): Promise<WrittenFiles> {
    // A writing that has not begun will read what is committed now.
    this.#next ??= this.#writing.then(() => {
      this.#next = null;
      const writing = this.#write();
      this.#writing = writing.catch(() => undefined);
      return writing;
    });
    return this.#next;
  }

  /**
   * The same after a change, which stands whatever becomes of the files: null when they could not be written. That is
   * logged, and tried again with the next change or `catchUp`.
   */
  async follow(): Promise<WrittenFiles | null> {
    try {
      return await this.write();
    } catch (error) {
      const level = this.#lastError === this.#loggedError ? 'debug' : 'error';
      this.#loggedError = this.#lastError;
      this.#parts.logger[level]({ err: error }, 'The files of personas could not be written');
      return null;
    }
  }

  /** Writes what other processes, or an earlier failure, have left. Null: nothing was written. */
  async catchUp(): Promise<WrittenFiles | null> {
    const isCurrent = await this.isCurrent().catch(() => true);
    return isCurrent ? null : this.follow();
  }

  async #write(): Promise<WrittenFiles> {
    const { store, metrics, dataDir } = this.#parts;
    try {
      const written = await store.withSnapshot(async (snapshot) => {
        const made = asFile(snapshot);
        await mkdir(dataDir, { recursive: true });
        await writeFileSafely(this.backup, made.text);
        await writeFileSafely(this.file, made.text);
        return made;
      });
      this.#writtenRevision = written.revision;
      this.#lastError = this.#loggedError = null;
      metrics?.observePersonaBackup({ target: 'file', outcome: 'ok' });
      return written;
    } catch (error) {
      this.#lastError = reasonOf(error);
      metrics?.observePersonaBackup({ target: 'file', outcome: 'error' });
      throw error;
    }
  }
}

function asFile({ revision, personas }: PersonaSnapshot): WrittenFiles {
  const text = `${JSON.stringify(personas.map(toStoredEntry), null, 2)}\n`;
  return {
    revision,
    text,
    path: BACKUP_FILE,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
    count: personas.length,
  };
}

/** The system's messages have whole paths in them. */
function reasonOf(error: unknown): string {
  if (AppError.is(error)) return error.message;
  return `The files cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
}
