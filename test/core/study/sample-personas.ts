/** Personas that differ in what makes them speak differently. */
import type { PersonaEntry } from '../../../src/core/persona/persona.ts';

export const SAMPLE_PERSONAS: readonly PersonaEntry[] = [
  persona(1, 'Maria Keller', 'nurse', 'Leipzig', 'Medium', ['busy', 'cautious with personal data']),
  persona(2, 'Tom Okafor', 'software engineer', 'Lagos', 'High', ['early adopter', 'detail-oriented']),
  persona(3, 'Edith Brown', 'retired teacher', 'Leeds', 'Low', [
    'prefers phone calls',
    'skeptical',
    'easily overwhelmed',
  ]),
  persona(4, 'Jun Park', 'student', 'Busan', 'High', ['price-conscious', 'social', 'impatient']),
];

function persona(
  id: number,
  name: string,
  occupation: string,
  location: string,
  tech_proficiency: PersonaEntry['tech_proficiency'],
  behavioral_traits: string[],
): PersonaEntry {
  return { id, name, occupation, location, tech_proficiency, behavioral_traits };
}
