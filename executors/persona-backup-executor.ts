/** Writes the backup of personas now, and copies it to the bucket when asked. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';

export default defineExecutor({
  id: 'persona_backup_executor',
  name: 'Persona Backup Executor',
  description:
    'Writes personas.json and personas_backup.json now; with target s3 also to the bucket of the server',
  tags: ['persona', 'backup'],
  type: 'core',
  examples: ['Back personas up every night', 'Copy the backup of personas to the bucket'],
  input: z.looseObject({
    target: z.enum(['file', 's3']).default('file').describe('file, or s3 where a bucket is set up'),
  }),
  output: z.object({
    path: z.string().describe('Relative to DATA_DIR, or s3://bucket/key'),
    bytes: z.number().int(),
    sha256: z.string(),
    count: z.number().int().describe('Personas in it'),
  }),
  placement: 'activity',
  timeoutMs: 60_000,
  demoInput: { target: 'file' },
  demo: ({ input }) => ({
    path: input['target'] === 's3' ? 's3://backups/personas_backup.json' : 'personas_backup.json',
    bytes: 2,
    // Of an empty list.
    sha256: '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',
    count: 0,
  }),
  async run({ input, services, task, signal }) {
    if (signal.aborted) throw new AppError('task_cancelled', 'The backup was cancelled');
    return services.personas.backup(input.target, task.userId);
  },
});
