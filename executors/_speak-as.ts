/** An answer to a prompt in one of the two styles, or by a persona: persona_generate_executor's other half. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import type { ExecutorContext } from '../src/core/executor.ts';
import { styleText } from '../src/core/experiments/style-text.ts';
import { type PersonaEntry, personaId } from '../src/core/persona/persona.ts';
import { type Exit, exitSchema } from '../src/core/safety/exit.ts';
import { latencyExit } from '../src/core/safety/latency-exit.ts';
import { speak, spokenByRules } from '../src/core/study/speak.ts';
import type { TurnQuestion } from '../src/core/study/turn-prompt.ts';
import { isoMicros } from '../src/core/time.ts';

export const speakInput = z.object({
  persona: z
    .union([z.enum(['serious', 'playful']), personaId, z.string().regex(/^\d{1,10}$/)])
    .describe('A style (serious, playful: templates), or the number of a persona'),
  prompt: z.string().max(100_000).describe('What is asked'),
  latency_budget_ms: z.number().int().nullish().describe('Longer than this is an exit; left out: no limit'),
  deterministic: z.boolean().nullish().describe('No chance in it: the first emoji, rules instead of a model'),
});
export type SpeakInput = z.infer<typeof speakInput>;

export const spokenOutput = z.object({
  output: z.string().nullable().describe('null when there is an exit'),
  exit: exitSchema.nullable().describe('Why nothing was said'),
  meta: z.object({
    persona: z.union([z.string(), z.number().int()]),
    elapsed_ms: z.number().int(),
    model: z.string().nullable().describe('Who spoke; null = rules or templates'),
  }),
});
type SpokenOutput = z.infer<typeof spokenOutput>;

type SpeakContext = Pick<ExecutorContext<unknown>, 'llm' | 'services' | 'task' | 'emitDelta'> & {
  readonly settings: { readonly model: string | undefined; readonly provider: string | undefined };
};

export async function speakAs(asked: SpeakInput, context: SpeakContext): Promise<SpokenOutput> {
  const begunMs = performance.now();
  const found = context.services.safety.check({ text: asked.prompt, stage: 'input' }).exit;
  const spoken = found === null ? await answer(asked, context) : null;
  const elapsedMs = Math.floor(performance.now() - begunMs);
  const isLate = spoken !== null && asked.latency_budget_ms != null;
  const exit: Exit | null = isLate ? latencyExit(elapsedMs, asked.latency_budget_ms ?? 0, 'during') : found;
  return {
    output: exit === null ? (spoken?.text ?? null) : null,
    exit,
    meta: { persona: asked.persona, elapsed_ms: elapsedMs, model: spoken?.model ?? null },
  };
}

async function answer(
  asked: SpeakInput,
  context: SpeakContext,
): Promise<{ text: string; model: string | null }> {
  const { persona, deterministic } = asked;
  if (persona === 'serious' || persona === 'playful') return { text: inStyle(asked), model: null };
  const [found] = await context.services.personas.getMany([Number(persona)], context.task.userId);
  const question = questionTo(found as PersonaEntry, asked.prompt);
  const spoken =
    deterministic === true
      ? spokenByRules(question)
      : await speak(context.llm, question, { ...context.settings, onDelta: context.emitDelta }).catch(
          (error: unknown) => {
            // Without any key the rules speak, and "model": null says so.
            if (!AppError.is(error) || error.code !== 'llm_key_missing') throw error;
            return spokenByRules(question);
          },
        );
  return { text: spoken.text, model: spoken.model };
}

/** Without a model, and without looking personas up. */
export function cannedAnswer(asked: SpeakInput): SpokenOutput {
  const isStyle = asked.persona === 'serious' || asked.persona === 'playful';
  const stranger: PersonaEntry = {
    id: Number(asked.persona) || 1,
    name: `Persona ${asked.persona}`,
    occupation: '',
    location: '',
    tech_proficiency: 'Medium',
    behavioral_traits: [],
  };
  const output = isStyle ? inStyle(asked) : spokenByRules(questionTo(stranger, asked.prompt)).text;
  return { output, exit: null, meta: { persona: asked.persona, elapsed_ms: 0, model: null } };
}

function inStyle({ persona, prompt, deterministic }: SpeakInput): string {
  const random = deterministic === true ? 0 : Math.random();
  return styleText(String(persona), prompt, isoMicros(Date.now()), random);
}

function questionTo(persona: PersonaEntry, prompt: string): TurnQuestion {
  return { feature: prompt, context: null, persona, round: 1, rounds: 1, conversation: [] };
}
