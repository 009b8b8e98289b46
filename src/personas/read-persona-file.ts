/** Reads a file of personas and says how it is. A bad one is a fact here, no exception. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { personaFile, type StoredEntry } from '../core/persona/persona-file.ts';
import { isoMicros } from '../core/time.ts';
import type { PersonaFileState } from '../ports/personas.ts';

const MOST_BYTES = 64 * 1024 * 1024;

export interface ReadPersonaFile {
  readonly state: PersonaFileState;
  /** Null unless it is `ok`. */
  readonly entries: readonly StoredEntry[] | null;
}

export async function readPersonaFile(path: string): Promise<ReadPersonaFile> {
  let bytes: Buffer;
  let modifiedMs: number;
  try {
    const facts = await stat(path);
    if (facts.size > MOST_BYTES) return bad(path, 'corrupt', `is larger than ${MOST_BYTES} bytes`);
    modifiedMs = facts.mtimeMs;
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT') return bad(path, 'missing', 'is not there');
    return bad(path, 'corrupt', `cannot be read (${code})`);
  }
  const parsed = parsePersonas(bytes.toString('utf8'));
  const state = {
    path: basename(path),
    bytes: bytes.length,
    sha256: sha256(bytes),
    modifiedAt: isoMicros(modifiedMs),
  };
  if ('problem' in parsed)
    return { state: { ...state, health: 'corrupt', problem: parsed.problem, count: 0 }, entries: null };
  const { entries } = parsed;
  return { state: { ...state, health: 'ok', problem: null, count: entries.length }, entries };
}

/** A text that came from a file or a bucket. */
export function parsePersonas(text: string): { entries: StoredEntry[] } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text.
    return { problem: 'is not JSON' };
  }
  const parsed = personaFile.safeParse(value);
  if (parsed.success) return { entries: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    problem:
      `is not a list of personas: ${issue?.path.join('.') || 'the whole'} ${issue?.message ?? ''}`.trim(),
  };
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function bad(path: string, health: 'missing' | 'corrupt', problem: string): ReadPersonaFile {
  const state = { path: basename(path), health, problem, bytes: 0, sha256: null, count: 0, modifiedAt: null };
  return { state, entries: null };
}
