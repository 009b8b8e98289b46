/** The server's own files of personas: an array of entries, each with the owner where there is one. */
import { z } from 'zod';
import { type Persona, personaEntry, toEntry } from './persona.ts';

/** `owner` is absent for personas that everybody has, so that files of other programs can be read as they are. */
export const storedEntry = personaEntry.extend({
  owner: z.string().min(1).max(300).optional().describe('Whose it is; absent: everybody has it'),
});
export type StoredEntry = z.infer<typeof storedEntry>;

/** Ids are unique. */
export const personaFile = z.array(storedEntry).superRefine((entries, context) => {
  const seen = new Set<number>();
  entries.forEach(({ id }, index) => {
    if (seen.has(id))
      context.addIssue({ code: 'custom', path: [index, 'id'], message: `${id} is there twice` });
    seen.add(id);
  });
});

export function toStoredEntry(persona: Persona): StoredEntry {
  return { ...toEntry(persona), ...(persona.owner === null ? {} : { owner: persona.owner }) };
}
