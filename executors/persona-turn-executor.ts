/** One turn of a study: a model speaks as one persona, knowing what was said in the rounds before. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import { type PersonaEntry, personaEntry } from '../src/core/persona/persona.ts';
import { speak, spokenByRules } from '../src/core/study/speak.ts';
import { MOST_ROUNDS } from '../src/core/study/study-request.ts';
import { givenTurnSchema } from '../src/core/study/study-turn.ts';
import type { TurnQuestion } from '../src/core/study/turn-prompt.ts';

const input = z.looseObject({
  feature: z.string().trim().min(1).max(4_000).describe('The feature or question the persona talks about'),
  context: z.string().max(4_000).nullish().describe('What it should know besides'),
  personas: z
    .array(personaEntry)
    .min(1)
    .describe('Comes from the task that loads the personas; the one that speaks is among them'),
  persona_id: z.number().int().nullish().describe('Who of them speaks (default: the first)'),
  round: z.number().int().min(1).max(MOST_ROUNDS).default(1).describe('Which round this is, from 1'),
  rounds: z.number().int().min(1).max(MOST_ROUNDS).default(1).describe('Of how many'),
  conversation: z
    .array(givenTurnSchema)
    .max(1_000)
    .default([])
    .describe('What was said before; comes from the round before'),
  model: z.string().nullish().describe("Left out: the provider's default"),
  provider: z.string().nullish().describe('openai, anthropic, … (default: whichever there is a key for)'),
});
type TurnInput = z.infer<typeof input>;

const demoPersona: PersonaEntry = {
  id: 1,
  name: 'Maria Keller',
  occupation: 'nurse',
  location: 'Leipzig, Germany',
  tech_proficiency: 'Medium',
  behavioral_traits: ['busy', 'cautious with personal data'],
};

export default defineExecutor({
  id: 'persona_turn_executor',
  name: 'Persona Turn Executor',
  description: 'Has a model speak once as a simulated user about a product feature',
  tags: ['persona', 'study', 'llm'],
  type: 'core',
  examples: ['Ask a simulated nurse what she thinks of a reminder feature'],
  input,
  output: z.object({
    persona_id: z.number().int(),
    name: z.string(),
    round: z.number().int(),
    text: z.string().describe('What the persona says'),
    model: z.string().nullable().describe('Who spoke; null = the rules'),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: 120_000,
  maxAttempts: 5,
  backoffMs: 1_000,
  demoInput: { feature: 'Reminders that know when I am busy', personas: [demoPersona], persona_id: 1 },
  demoDelayMs: 300,
  demo({ input: given }) {
    const parsed = input.safeParse(given);
    const asked = parsed.success
      ? parsed.data
      : input.parse({ feature: 'a new feature', personas: [demoPersona] });
    const question = questionOf(asked);
    return turnOf(question, { text: spokenByRules(question).text, model: null });
  },
  async run({ input: given, llm, emitDelta, signal }) {
    if (signal.aborted) throw new AppError('task_cancelled', 'The turn was cancelled');
    const question = questionOf(given);
    const spoken = await speak(llm, question, {
      model: given.model ?? undefined,
      provider: given.provider ?? undefined,
      onDelta: emitDelta,
    });
    return turnOf(question, spoken);
  },
});

function questionOf({
  feature,
  context,
  personas,
  persona_id,
  round,
  rounds,
  conversation,
}: TurnInput): TurnQuestion {
  const persona = persona_id == null ? personas[0] : personas.find(({ id }) => id === persona_id);
  if (persona === undefined)
    throw new AppError(
      'task_input_invalid',
      `persona_id: persona ${persona_id} is not among the personas given`,
    );
  return { feature, context: context ?? null, persona, round, rounds: Math.max(round, rounds), conversation };
}

function turnOf(
  { persona, round }: TurnQuestion,
  said: { readonly text: string; readonly model: string | null },
) {
  return { persona_id: persona.id, name: persona.name, round, text: said.text, model: said.model };
}
