/** A persona in this server's own files: an entry, with the owner where there is one. */
import { z } from 'zod';
import { personaEntry } from './persona.ts';

/** `owner` is absent for personas that everybody has, so that files of other programs can be read as they are. */
const storedEntry = personaEntry.extend({ owner: z.string().min(1).max(300).optional() });
export type StoredEntry = z.infer<typeof storedEntry>;
