/** A persona, which is a simulated user: what people say of it, and what we keep beside that. */
import { z } from 'zod';

export const TECH_PROFICIENCIES = ['Low', 'Medium', 'High'] as const;
export const MOST_TRAITS = 20;
const MOST_NAME = 100;
const MOST_LINE = 200;
/** Both databases keep ids, and the one that comes next, in an integer column. */
const MOST_ID = 2_000_000_000;

/** One line of text for people: trimmed, in one Unicode form, nothing that would break a line or a terminal. */
function line(most: number) {
  return z
    .string()
    .normalize('NFC')
    .trim()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .refine((text) => !/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(text), {
      message: 'must be one line without control characters',
    });
}

export const personaId = z.number().int().min(1).max(MOST_ID).describe('The number of the persona');

/** What an author gives. */
export const personaFields = z.object({
  name: line(MOST_NAME).describe('What the persona is called'),
  occupation: line(MOST_LINE).describe('What it does for a living, or did'),
  location: line(MOST_LINE).describe('Where it lives'),
  tech_proficiency: z.enum(TECH_PROFICIENCIES).describe('How well it gets on with technology'),
  behavioral_traits: z
    .array(line(MOST_LINE))
    .max(MOST_TRAITS, `must have at most ${MOST_TRAITS} entries`)
    .describe('How it acts, one trait an entry'),
});
export type PersonaFields = z.infer<typeof personaFields>;

/** A persona in a file: the form that other programs read and write. */
export const personaEntry = z.object({ id: personaId, ...personaFields.shape });
export type PersonaEntry = z.infer<typeof personaEntry>;

export const persona = z.object({
  ...personaEntry.shape,
  owner: z.string().nullable().describe('Whose it is; null for those that everybody has'),
  is_shipped: z.boolean().describe('Everybody has it, nobody changes it'),
  created_at: z.string(),
  updated_at: z.string(),
  version: z.number().int().min(1).describe('One more with each change; If-Match names it'),
});
export type Persona = z.infer<typeof persona>;

/** Without what only this server knows. */
export function toEntry({
  id,
  name,
  occupation,
  location,
  tech_proficiency,
  behavioral_traits,
}: PersonaEntry): PersonaEntry {
  return { id, name, occupation, location, tech_proficiency, behavioral_traits };
}

/** What a search looks through. */
export function searchText(fields: PersonaFields): string {
  const { name, occupation, location, tech_proficiency, behavioral_traits } = fields;
  return searchForm([name, occupation, location, tech_proficiency, ...behavioral_traits].join('\n'));
}

/** Texts that people would call the same look the same. */
export function searchForm(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
