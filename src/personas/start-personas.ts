/** The service of personas: table, files and bucket as one. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { isoMicros } from '../core/time.ts';
import type { PersonaBackup, PersonaStore } from '../ports/persona-store.ts';
import type { PersonaFileState, Personas } from '../ports/personas.ts';
import type { Logger, PersonaMetrics } from '../ports/telemetry.ts';
import type { CloudBackup } from './cloud-backup.ts';
import { fillTable } from './fill-table.ts';
import { noBucket } from './no-bucket.ts';
import { PersonaFiles, type WrittenFiles } from './persona-files.ts';
import { readPersonaFile } from './read-persona-file.ts';
import { restorePersonas } from './restore-personas.ts';

export interface PersonasParts {
  readonly store: PersonaStore;
  readonly dataDir: string;
  readonly mostPerUser: number;
  readonly logger: Logger;
  readonly metrics?: PersonaMetrics;
  /** Null: none is set up. */
  readonly cloud: CloudBackup | null;
  readonly now: () => number;
  /** How often what others have changed is looked for. Default 15 s. */
  readonly catchUpEveryMs?: number;
}

export interface StartedPersonas extends Personas {
  close(): Promise<void>;
}

const CATCH_UP_EVERY_MS = 15_000;

/** Fills an empty table and writes the files before it resolves. */
export async function startPersonas(parts: PersonasParts): Promise<StartedPersonas> {
  const { store, cloud, now } = parts;
  const files = new PersonaFiles(parts);
  const send = (written: WrittenFiles | null) => {
    if (written !== null) cloud?.uploadSoon(written);
  };
  const source = await fillTable({ ...parts, files });
  const first = await files.follow();
  // Shipped ones are no reason to overwrite what a bucket has kept of a machine that is gone.
  if (source === 'file' || source === 'backup') send(first);
  const stopCatchingUp = keepUp(
    async () => send(await files.catchUp()),
    parts.catchUpEveryMs ?? CATCH_UP_EVERY_MS,
  );
  const changed = async () => send(await files.follow());
  const record = async (made: Omit<PersonaBackup, 'id' | 'at'>): Promise<PersonaBackup> => {
    const backup = { ...made, id: randomUUID(), at: isoMicros(now()) };
    await store.recordBackup(backup);
    return backup;
  };
  return {
    mostPerUser: parts.mostPerUser,
    create: async (owner, drafts, idempotency) => {
      const made = await store.create({
        owner,
        drafts,
        at: isoMicros(now()),
        mostOfOwner: parts.mostPerUser,
        ...(idempotency === undefined ? {} : { idempotency }),
      });
      await changed();
      return made;
    },
    update: async (change) => {
      const persona = await store.update({ ...change, at: isoMicros(now()) });
      if (persona !== null) await changed();
      return persona;
    },
    remove: async (id, owner, version) => {
      const isGone = await store.remove(id, owner, version);
      if (isGone) await changed();
      return isGone;
    },
    backup: async (target, by) => {
      if (target === 's3' && cloud === null) throw noBucket();
      const { path, bytes, sha256, count, ...written } = await files.write().catch(asUnavailable);
      if (target === 's3') await cloud?.upload(written);
      const where = target === 's3' && cloud !== null ? cloud.path : path;
      return record({ kind: 'backup', target, path: where, bytes, sha256, count, by });
    },
    restore: async (source, by) => {
      const result = await restorePersonas({ ...parts, files, record }, source, by);
      await changed();
      return result;
    },
    state: async () => ({
      files: await Promise.all([files.file, files.backup].map(stateOf)),
      isCurrent: await files.isCurrent(),
      lastError: files.lastError,
      cloud: cloud === null ? null : { ...cloud.state, uploadedAt: timeOf(cloud.state.uploadedAt) },
    }),
    close: async () => {
      await stopCatchingUp();
      await cloud?.close();
    },
  };
}

async function stateOf(path: string): Promise<PersonaFileState> {
  return (await readPersonaFile(path)).state;
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : isoMicros(ms);
}

function asUnavailable(error: unknown): never {
  if (AppError.is(error)) throw error;
  throw new AppError(
    'unavailable',
    'The files of personas cannot be written now: see the log of the server',
    {
      cause: error,
    },
  );
}

/** The function it gives stops that, and waits for a writing that is under way. */
function keepUp(catchUp: () => Promise<void>, everyMs: number): () => Promise<void> {
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(catchUp);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
