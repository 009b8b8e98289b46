/** What a study knows of a persona (a simulated user): enough to speak as it, and nothing else. */
import { z } from 'zod';

export const TECH_PROFICIENCIES = ['Low', 'Medium', 'High'] as const;

export const studyPersonaSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  occupation: z.string(),
  location: z.string(),
  tech_proficiency: z.enum(TECH_PROFICIENCIES),
  behavioral_traits: z.array(z.string()),
});
export type StudyPersona = z.infer<typeof studyPersonaSchema>;
