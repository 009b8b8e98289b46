/** What a start does: an empty table is filled from the first of file, backup and shipped set that is good. */
import { rename } from 'node:fs/promises';
import { isoMicros } from '../core/time.ts';
import type { PersonaStore } from '../ports/persona-store.ts';
import type { Logger, PersonaMetrics, PersonaRestoreSource } from '../ports/telemetry.ts';
import type { PersonaFiles } from './persona-files.ts';
import { type ReadPersonaFile, readPersonaFile } from './read-persona-file.ts';
import { SHIPPED_PERSONAS } from './shipped.ts';

export interface FillParts {
  readonly store: PersonaStore;
  readonly files: Pick<PersonaFiles, 'file' | 'backup'>;
  readonly logger: Logger;
  readonly metrics?: PersonaMetrics;
  readonly now: () => number;
}

/**
 * The table is the truth: a file that differs from it is written anew afterwards, a damaged one is kept beside. Gives what
 * the table was filled from, null when it was full.
 */
export async function fillTable(parts: FillParts): Promise<'file' | 'backup' | 'shipped' | null> {
  const { store, files } = parts;
  const [file, backup] = [await readPersonaFile(files.file), await readPersonaFile(files.backup)];
  for (const [path, read] of [
    [files.file, file],
    [files.backup, backup],
  ] as const)
    await keepDamaged(parts, path, read);
  const { total } = await store.list({ viewer: null, limit: 1, offset: 0 });
  if (total > 0) {
    tellOfTable(parts, file, total);
    return null;
  }
  const [source, entries] = firstGood(file, backup);
  const count = await store.seed(entries, isoMicros(parts.now()));
  // Another process was faster.
  if (count === null) return null;
  const reason = file.state.health;
  parts.metrics?.observePersonaRestore({ source, reason });
  const facts = { source, count, file: reason, backup: backup.state.health };
  if (source === 'file') parts.logger.info(facts, 'Personas were loaded from personas.json');
  else if (source === 'backup')
    parts.logger.warn(
      { ...facts, problem: file.state.problem },
      'personas.json was missing or damaged: personas were restored from personas_backup.json',
    );
  else parts.logger.info(facts, 'There were no personas yet: the shipped ones are in place');
  return source;
}

function firstGood(file: ReadPersonaFile, backup: ReadPersonaFile) {
  if (file.entries !== null) return ['file', file.entries] as const;
  if (backup.entries !== null) return ['backup', backup.entries] as const;
  return ['shipped', SHIPPED_PERSONAS] as const satisfies readonly [PersonaRestoreSource, unknown];
}

function tellOfTable({ logger, metrics }: FillParts, file: ReadPersonaFile, count: number): void {
  if (file.state.health === 'ok') return;
  metrics?.observePersonaRestore({ source: 'table', reason: file.state.health });
  logger.warn(
    { source: 'table', count, file: file.state.health, problem: file.state.problem },
    'personas.json was missing or damaged: it is written anew from the database',
  );
}

/** Somebody may want to see what has happened to it. */
async function keepDamaged({ logger }: FillParts, path: string, { state }: ReadPersonaFile): Promise<void> {
  if (state.health !== 'corrupt') return;
  try {
    await rename(path, `${path}.damaged`);
    logger.warn(
      { file: state.path, problem: state.problem },
      `${state.path} is damaged: it is kept as ${state.path}.damaged`,
    );
  } catch (error) {
    logger.warn({ err: error, file: state.path }, `${state.path} is damaged and cannot be moved away`);
  }
}
