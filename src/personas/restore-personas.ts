/** Makes the table what a file, the bucket or an upload says. */
import { AppError } from '../core/errors.ts';
import type { StoredEntry } from '../core/persona/persona-file.ts';
import { isoMicros } from '../core/time.ts';
import type { PersonaBackup, PersonaStore } from '../ports/persona-store.ts';
import type { Personas, RestoreResult, RestoreSource } from '../ports/personas.ts';
import type { Logger, PersonaMetrics } from '../ports/telemetry.ts';
import type { CloudBackup } from './cloud-backup.ts';
import { noBucket } from './no-bucket.ts';
import type { PersonaFiles } from './persona-files.ts';
import { parsePersonas, readPersonaFile, sha256 } from './read-persona-file.ts';

interface RestoreParts {
  readonly store: PersonaStore;
  readonly files: Pick<PersonaFiles, 'file' | 'backup'>;
  readonly cloud: CloudBackup | null;
  readonly logger: Logger;
  readonly metrics?: PersonaMetrics;
  readonly now: () => number;
  readonly record: (made: Omit<PersonaBackup, 'id' | 'at'>) => Promise<PersonaBackup>;
}

interface Found {
  readonly source: RestoreSource;
  readonly path: string;
  readonly entries: readonly StoredEntry[];
}

/** Throws `conflict` when what is there is missing or damaged: then nothing has changed. */
export async function restorePersonas(
  parts: RestoreParts,
  from: Parameters<Personas['restore']>[0],
  by: string,
): Promise<RestoreResult> {
  const { source, path, entries } = await find(parts, from);
  const result = await parts.store.replaceAll(entries, isoMicros(parts.now()));
  const text = JSON.stringify(entries);
  await parts.record({
    kind: 'restore',
    target: source === 's3' ? 's3' : 'file',
    path,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
    count: entries.length,
    by,
  });
  parts.metrics?.observePersonaRestore({ source, reason: 'asked' });
  parts.logger.warn({ source, by, ...result }, 'Personas were restored');
  return { source, count: entries.length, ...result };
}

async function find(parts: RestoreParts, from: Parameters<Personas['restore']>[0]): Promise<Found> {
  if (typeof from !== 'string') return { source: 'upload', path: 'upload', entries: from };
  if (from === 's3') return fromBucket(parts.cloud);
  const { state, entries } = await readPersonaFile(from === 'backup' ? parts.files.backup : parts.files.file);
  if (entries === null)
    throw new AppError('conflict', `${state.path} ${state.problem}: nothing was restored`);
  return { source: from, path: state.path, entries };
}

async function fromBucket(cloud: CloudBackup | null): Promise<Found> {
  if (cloud === null) throw noBucket();
  const text = await cloud.download();
  if (text === null)
    throw new AppError('conflict', `There is no backup at ${cloud.path}: nothing was restored`);
  const parsed = parsePersonas(text);
  if ('problem' in parsed)
    throw new AppError('conflict', `The backup at ${cloud.path} ${parsed.problem}: nothing was restored`);
  return { source: 's3', path: cloud.path, entries: parsed.entries };
}
