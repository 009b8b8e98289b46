/** A persona by its name. */
import type { PersonaFields } from '../../src/core/persona/persona.ts';

export function samplePersona(name: string): PersonaFields {
  return {
    name,
    occupation: 'Beekeeper',
    location: 'Maribor, Slovenia',
    tech_proficiency: 'Low',
    behavioral_traits: ['waits and sees', 'says "no" kindly', 'čšž'],
  };
}
