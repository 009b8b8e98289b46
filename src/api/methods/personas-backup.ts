/** `personas.backup`, `.restore`, `.backups`: the files beside the table, and the bucket. */
import { z } from 'zod';
import { personaFile } from '../../core/persona/persona-file.ts';
import type { PersonaBackup } from '../../ports/persona-store.ts';
import type { PersonaBackupState } from '../../ports/personas.ts';
import { defineMethod } from '../method.ts';
import { personaShared } from '../personas/persona-results.ts';
import { instrumented } from '../rest/instrumented.ts';

const KEPT = 20;
const forAdmins = { ...personaShared, auth: { ownership: 'none', roles: ['admin'] } } as const;
const target = z.enum(['file', 's3']);
const summary = {
  path: z.string().describe('Relative to DATA_DIR, or s3://bucket/key'),
  bytes: z.number().int(),
  sha256: z.string(),
  count: z.number().int().describe('Personas in it'),
};

const backupParams = z.object({ target: target.nullish().describe('Default file') });

export const personasBackup = instrumented(
  defineMethod<z.infer<typeof backupParams>>({
    ...forAdmins,
    name: 'personas.backup',
    title: 'Back Up Personas',
    description: 'Writes both files now, and with target s3 copies the backup to the bucket.',
    category: 'agent_action',
    tags: ['persona', 'backup'],
    params: backupParams,
    result: z.object({ ...summary, target, at: z.string() }),
    rest: { verb: 'POST', path: '/personas/backup', tag: 'personas' },
    errors: ['forbidden', 'conflict', 'unavailable'],
    examples: [{ name: 'now', params: {} }],
    handle: async (params, call) => {
      const made = await call.deps.personas.backup(params.target ?? 'file', call.identity.userId);
      const { path, bytes, sha256, count, at } = made;
      return { path, bytes, sha256, count, target: params.target ?? 'file', at };
    },
  }),
);

const source = z.enum(['backup', 'file', 's3']);
const restoreParams = z.object({
  source: source.nullish().describe('personas_backup.json (default), personas.json, or the bucket'),
  personas: personaFile.nullish().describe('Instead of a source: as personas.export gives them with_owners'),
});

export const personasRestore = instrumented(
  defineMethod<z.infer<typeof restoreParams>>({
    ...forAdmins,
    name: 'personas.restore',
    title: 'Restore Personas',
    description:
      "Makes everybody's personas what a backup says: those that are not in it go. A damaged backup changes nothing.",
    category: 'agent_action',
    tags: ['persona', 'restore'],
    isDestructive: true,
    bodyLimit: 'large',
    params: restoreParams,
    result: z.object({
      source: z.enum(['backup', 'file', 's3', 'upload']),
      count: z.number().int().describe('Personas in it'),
      added: z.number().int(),
      changed: z.number().int(),
      removed: z.number().int(),
    }),
    rest: { verb: 'POST', path: '/personas/restore', tag: 'personas', listParam: 'personas' },
    errors: ['forbidden', 'conflict', 'unavailable'],
    examples: [{ name: 'the backup', params: { source: 'backup' } }],
    handle: (params, call) =>
      call.deps.personas.restore(params.personas ?? params.source ?? 'backup', call.identity.userId),
  }),
);

const fileState = z.object({
  ...summary,
  health: z.enum(['ok', 'missing', 'corrupt']),
  problem: z.string().nullable().describe('What is wrong with it'),
  sha256: z.string().nullable(),
  modified_at: z.string().nullable(),
});
const noParams = z.object({});

export const personasBackups = instrumented(
  defineMethod<z.infer<typeof noParams>>({
    ...personaShared,
    auth: { ownership: 'none' },
    name: 'personas.backups',
    title: 'Backup State',
    description:
      'How the two files are. Admins also see the bucket and what was backed up and restored by hand.',
    category: 'monitoring',
    tags: ['persona', 'backup'],
    params: noParams,
    result: z.object({
      ...summary,
      sha256: z.string().nullable(),
      last_backup_at: z.string().nullable().describe('When personas_backup.json was written'),
      is_current: z.boolean().describe('It has every change'),
      files: z.array(fileState),
      last_error: z.string().nullable().optional(),
      s3: z
        .object({
          url: z.string(),
          uploaded_at: z.string().nullable(),
          last_error: z.string().nullable(),
        })
        .nullable()
        .optional(),
      history: z
        .array(
          z.object({
            ...summary,
            id: z.string(),
            at: z.string(),
            kind: z.enum(['backup', 'restore']),
            target: z.string(),
            by: z.string().nullable(),
          }),
        )
        .optional(),
    }),
    rest: { verb: 'GET', path: '/personas/backups', tag: 'personas' },
    examples: [{ name: 'now', params: {} }],
    handle: async (_params, call) => {
      const state = await call.deps.personas.state();
      if (!call.identity.isAdmin) return stateOf(state);
      const history = await call.deps.store.personas.backups(KEPT);
      return { ...stateOf(state), ...adminsPart(state, history) };
    },
  }),
);

function stateOf({ files, isCurrent }: PersonaBackupState) {
  const shown = files.map(({ modifiedAt, ...file }) => ({ ...file, modified_at: modifiedAt }));
  const backup = shown.at(-1);
  return {
    last_backup_at: backup?.modified_at ?? null,
    path: backup?.path ?? '',
    bytes: backup?.bytes ?? 0,
    sha256: backup?.sha256 ?? null,
    count: backup?.count ?? 0,
    is_current: isCurrent,
    files: shown,
  };
}

function adminsPart({ lastError, cloud }: PersonaBackupState, history: readonly PersonaBackup[]) {
  const s3 = cloud && { url: cloud.url, uploaded_at: cloud.uploadedAt, last_error: cloud.lastError };
  return { last_error: lastError, s3, history };
}
