/** Params and results of the methods on personas; part of method-types.ts. */
import type { Persona, PersonaEntry, PersonaFields } from '../core/persona/persona.ts';

type PersonaVersion = {
  persona_id: number;
  /** The version the change was made from. */
  if_version?: number;
};

type PersonaBackupSummary = { path: string; bytes: number; sha256: string; count: number };

export type PersonaBackupState = Omit<PersonaBackupSummary, 'sha256'> & {
  sha256: string | null;
  last_backup_at: string | null;
  is_current: boolean;
  files: (Omit<PersonaBackupSummary, 'sha256'> & {
    sha256: string | null;
    health: 'ok' | 'missing' | 'corrupt';
    problem: string | null;
    modified_at: string | null;
  })[];
  /** For admins. */
  last_error?: string | null;
  s3?: { url: string; uploaded_at: string | null; last_error: string | null } | null;
  history?: (PersonaBackupSummary & {
    id: string;
    at: string;
    kind: string;
    target: string;
    by: string | null;
  })[];
};

export interface PersonaMethods {
  'personas.list': {
    params: {
      q?: string;
      tech_proficiency?: Persona['tech_proficiency'];
      only?: 'shipped' | 'owned';
      limit?: number;
      offset?: number;
    };
    result: { personas: Persona[]; total: number; limit: number; offset: number };
  };
  'personas.get': { params: { persona_id: number }; result: Persona };
  'personas.create': { params: PersonaFields; result: Persona };
  'personas.replace': { params: PersonaFields & PersonaVersion; result: Persona };
  'personas.update': { params: Partial<PersonaFields> & PersonaVersion; result: Persona };
  'personas.delete': { params: PersonaVersion; result: { persona_id: number; deleted: true } };
  'personas.duplicate': { params: { persona_id: number; name?: string }; result: Persona };
  'personas.import': {
    params: { personas: (PersonaFields & { id?: number })[] };
    result: { personas: Persona[]; imported: number; skipped: number };
  };
  'personas.export': {
    params: { only?: 'shipped' | 'owned'; with_owners?: boolean };
    result: (PersonaEntry & { owner?: string })[];
  };
  'personas.backup': {
    params: { target?: 'file' | 's3' };
    result: PersonaBackupSummary & { target: 'file' | 's3'; at: string };
  };
  'personas.restore': {
    params: { source?: 'backup' | 'file' | 's3'; personas?: (PersonaEntry & { owner?: string })[] };
    result: { source: string; count: number; added: number; changed: number; removed: number };
  };
  'personas.backups': { params: Record<string, never>; result: PersonaBackupState };
}
