/** What all methods on studies share. */
import { z } from 'zod';

export const studyShared = {
  scope: 'tasks',
  auth: { ownership: 'own-studies' },
  bodyLimit: 'small',
} as const;

export const byStudy = z.object({
  study_id: z.string().min(1).max(200).describe('Of a study, as studies.run answers it'),
});

export const waitParam = z
  .number()
  .min(0)
  .max(300)
  .nullish()
  .describe('How long to wait for the end; 0 (default) = answer at once');
