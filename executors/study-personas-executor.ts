/** Loads the personas of a study; where the safety check before it stands against the feature, the study ends here. */
import { z } from 'zod';
import { defineExecutor } from '../src/core/executor.ts';
import { type PersonaEntry, personaEntry, personaId, toEntry } from '../src/core/persona/persona.ts';
import { exitAmong } from '../src/core/study/safety-result.ts';
import { MOST_PERSONAS } from '../src/core/study/study-request.ts';

const demoPersona: PersonaEntry = {
  id: 1,
  name: 'Maria Keller',
  occupation: 'Nurse',
  location: 'Leipzig, Germany',
  tech_proficiency: 'Medium',
  behavioral_traits: ['busy', 'cautious with personal data'],
};

export default defineExecutor({
  id: 'study_personas_executor',
  name: 'Study Personas Executor',
  description: 'Loads simulated users by their ids for the tasks of a study',
  tags: ['persona', 'study'],
  type: 'core',
  examples: ['Load personas 1, 2 and 3 for a feature study'],
  input: z.looseObject({
    persona_ids: z.array(personaId).min(1).max(MOST_PERSONAS).describe('Ids of personas, each once'),
  }),
  output: z.object({ result: z.object({ personas: z.array(personaEntry) }) }),
  placement: 'activity',
  timeoutMs: 30_000,
  maxAttempts: 5,
  demoInput: { persona_ids: [1] },
  demo: () => ({ result: { personas: [demoPersona] } }),
  async run({ input, dependencies, services, task, skip }) {
    const exit = exitAmong(dependencies.values());
    if (exit) skip(`the safety check stands against it (${exit.reason}): ${exit.message}`, { exit });
    const found = await services.personas.getMany(input.persona_ids, task.userId);
    return { result: { personas: found.map(toEntry) } };
  },
});
