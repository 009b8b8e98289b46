/** Personas: those that everybody has and the caller's own. */
import { queryOptions } from '@tanstack/react-query';
import type { Persona, PersonaFields } from '../../../src/core/persona/persona.ts';
import { rest } from './rest.ts';

interface PersonaFileState {
  readonly path: string;
  readonly health: 'ok' | 'missing' | 'corrupt';
  readonly problem: string | null;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly count: number;
  readonly modified_at: string | null;
}
interface PersonaBackup {
  readonly id: string;
  readonly path: string;
  readonly count: number;
  readonly at: string;
  readonly kind: 'backup' | 'restore';
}
export interface BackupState {
  readonly files: readonly PersonaFileState[];
  readonly is_current: boolean;
  /** For admins only, as is the next. */
  readonly last_error?: string | null;
  readonly history?: readonly PersonaBackup[];
}

const KEY = 'personas';
const PAGE = 200;

export const personas = {
  key: [KEY],
  all: queryOptions({
    queryKey: [KEY, 'all'],
    queryFn: async ({ signal }) => {
      const { personas: rows } = await rest<{ personas: Persona[] }>(`/personas?limit=${PAGE}`, { signal });
      return rows;
    },
  }),
  backups: queryOptions({
    queryKey: [KEY, 'backups'],
    queryFn: ({ signal }) => rest<BackupState>('/personas/backups', { signal }),
  }),
  create: (fields: PersonaFields) => rest<Persona>('/personas', { body: fields }),
  /** Refused (412) when somebody has changed it since. */
  update: ({ id, version }: Persona, fields: PersonaFields) =>
    rest<Persona>(`/personas/${id}`, {
      method: 'PUT',
      body: fields,
      headers: { 'if-match': `"${version}"` },
    }),
  remove: (id: number) => rest<void>(`/personas/${id}`, { method: 'DELETE' }),
  importAll: (entries: unknown) =>
    rest<{ imported: number; skipped: number }>('/personas/import', { body: entries }),
  backup: () => rest<{ path: string }>('/personas/backup', { body: {} }),
  restore: () => rest<{ count: number }>('/personas/restore', { body: {} }),
  exportPath: '/personas/export',
};
