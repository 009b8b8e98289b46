/** Personas as rows and back. */
import { type Persona, type PersonaFields, searchText } from '../core/persona/persona.ts';
import type { PersonaBackup } from '../ports/persona-store.ts';
import { fromJson } from './rows.ts';
import type { Row } from './schema.ts';

/** How the column `owner` says that everybody has it. */
export const EVERYBODY = '';

export interface NewRow {
  readonly id: number;
  readonly owner: string | null;
  readonly fields: PersonaFields;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export function personaToRow({ id, owner, fields, createdAt, updatedAt, version }: NewRow): Row {
  return {
    id,
    owner: owner ?? EVERYBODY,
    name: fields.name,
    occupation: fields.occupation,
    location: fields.location,
    tech_proficiency: fields.tech_proficiency,
    behavioral_traits: JSON.stringify(fields.behavioral_traits),
    search_text: searchText(fields),
    created_at: createdAt,
    updated_at: updatedAt,
    version,
  };
}

export function rowToPersona(row: Row): Persona {
  const owner = String(row['owner']);
  return {
    id: Number(row['id']),
    name: String(row['name']),
    occupation: String(row['occupation']),
    location: String(row['location']),
    tech_proficiency: row['tech_proficiency'] as Persona['tech_proficiency'],
    behavioral_traits: fromJson<string[]>(row['behavioral_traits']) ?? [],
    owner: owner === EVERYBODY ? null : owner,
    is_shipped: owner === EVERYBODY,
    created_at: String(row['created_at']),
    updated_at: String(row['updated_at']),
    version: Number(row['version']),
  };
}

export function backupToRow(backup: PersonaBackup): Row {
  const { id, at, kind, target, path, bytes, sha256, count, by } = backup;
  return { id, made_at: at, kind, target, path, bytes, sha256, persona_count: count, by_user: by };
}

export function rowToBackup(row: Row): PersonaBackup {
  return {
    id: String(row['id']),
    at: String(row['made_at']),
    kind: row['kind'] as PersonaBackup['kind'],
    target: row['target'] as PersonaBackup['target'],
    path: String(row['path']),
    bytes: Number(row['bytes']),
    sha256: String(row['sha256']),
    count: Number(row['persona_count']),
    by: row['by_user'] as string | null,
  };
}
