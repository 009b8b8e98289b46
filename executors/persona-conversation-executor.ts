/**
 * A conversation among personas as one task: each turn is a step that is kept, so that a task that is taken over asks
 * nobody twice. For trees of one's own; `studies.run` makes a task of each turn instead.
 */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext } from '../src/core/executor.ts';
import { type PersonaEntry, personaEntry, personaId, toEntry } from '../src/core/persona/persona.ts';
import { type Spoken, speak, spokenByRules } from '../src/core/study/speak.ts';
import { DEFAULT_ROUNDS, MOST_PERSONAS, MOST_ROUNDS } from '../src/core/study/study-request.ts';
import type { GivenTurn } from '../src/core/study/study-turn.ts';

const input = z.looseObject({
  feature: z.string().trim().min(1).max(4_000).describe('The feature or question they talk about'),
  persona_ids: z.array(personaId).min(1).max(MOST_PERSONAS).describe('Who takes part'),
  turns: z
    .number()
    .int()
    .min(1)
    .max(MOST_ROUNDS)
    .nullish()
    .describe(`How often each speaks (default: ${DEFAULT_ROUNDS})`),
  context: z.string().max(4_000).nullish().describe('What they should know besides'),
  model: z.string().nullish().describe("Left out: the provider's default"),
  provider: z.string().nullish().describe('openai, anthropic, … (default: whichever there is a key for)'),
});
type Conversation = z.infer<typeof input>;

const turn = z.object({
  persona_id: z.number().int(),
  name: z.string(),
  round: z.number().int(),
  text: z.string(),
  demo: z.boolean(),
});

export default defineExecutor({
  id: 'persona_conversation_executor',
  name: 'Persona Conversation Executor',
  description: 'Has simulated users talk with each other about a product feature, in rounds',
  tags: ['persona', 'study', 'llm', 'conversation'],
  type: 'core',
  examples: ['Let personas 1, 2 and 3 discuss a dark mode'],
  input,
  output: z.object({
    conversation: z.array(turn),
    usage: z.object({ input_tokens: z.number().int(), output_tokens: z.number().int() }),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  hasSteps: true,
  timeoutMs: 3_600_000,
  maxAttempts: 8,
  backoffMs: 1_000,
  demoInput: { feature: 'Reminders that know when I am busy', persona_ids: [1, 2], turns: 2 },
  demoDelayMs: 300,
  demo({ input: given }) {
    const parsed = input.safeParse(given);
    const asked = parsed.success
      ? parsed.data
      : input.parse({ feature: 'a new feature', persona_ids: [1, 2] });
    const personas = [...new Set(asked.persona_ids)].map(unknownPersona);
    const said: GivenTurn[] = [];
    for (let round = 1; round <= roundsOf(asked); round++) {
      const before = [...said];
      for (const persona of personas)
        said.push(turnOf(persona, round, spokenByRules(question(asked, persona, round, before))));
    }
    return { conversation: said.map((one) => turn.parse(one)), usage: { input_tokens: 0, output_tokens: 0 } };
  },
  async run(context) {
    const { input: asked, services, task, signal, emit } = context;
    const personas = (await services.personas.getMany(asked.persona_ids, task.userId)).map(toEntry);
    const conversation: GivenTurn[] = [];
    const usage = { input_tokens: 0, output_tokens: 0 };
    const rounds = roundsOf(asked);
    for (let round = 1; round <= rounds; round++) {
      if (signal.aborted) throw new AppError('task_cancelled', 'The conversation was cancelled');
      const before = [...conversation];
      const spoken = await Promise.all(
        personas.map((persona) => speakAsStep(context, question(asked, persona, round, before))),
      );
      for (const [index, persona] of personas.entries()) {
        const said = spoken[index] as Spoken;
        conversation.push(turnOf(persona, round, said));
        usage.input_tokens += said.usage?.inputTokens ?? 0;
        usage.output_tokens += said.usage?.outputTokens ?? 0;
      }
      emit(round / rounds, `Round ${round} of ${rounds}`);
    }
    return { conversation: conversation.map((one) => turn.parse(one)), usage };
  },
});

/** All of a round speak at once: pieces of several would mix, so each is shown when it is whole. */
function speakAsStep(
  { step, emitDelta, input: { model, provider } }: ExecutorContext<Conversation>,
  asked: ReturnType<typeof question>,
): Promise<Spoken> {
  const { persona, round } = asked;
  return step(`round ${round}: ${persona.name}`, async ({ llm }) => {
    const options = { model: model ?? undefined, provider: provider ?? undefined, onDelta: () => undefined };
    const spoken = await speak(llm, asked, options);
    emitDelta(`${persona.name}: ${spoken.text}\n\n`);
    return spoken;
  });
}

function question(
  asked: Conversation,
  persona: PersonaEntry,
  round: number,
  conversation: readonly GivenTurn[],
) {
  const { feature, context } = asked;
  return { feature, context: context ?? null, persona, round, rounds: roundsOf(asked), conversation };
}

function turnOf(persona: PersonaEntry, round: number, { text, isDemo }: Spoken) {
  return { persona_id: persona.id, name: persona.name, round, text, demo: isDemo };
}

function roundsOf({ turns }: Conversation): number {
  return turns ?? DEFAULT_ROUNDS;
}

/** Canned results read no database: who these personas are is not known here. */
function unknownPersona(id: number): PersonaEntry {
  const skills = ['Low', 'Medium', 'High'] as const;
  return personaEntry.parse({
    id,
    name: `Persona ${id}`,
    occupation: 'participant',
    location: 'the panel',
    tech_proficiency: skills[id % skills.length],
    behavioral_traits: ['curious', 'cautious', 'busy', 'price-conscious'].slice(id % 3, (id % 3) + 2),
  });
}
