/**
 * Two things under one name, told apart by the inputs: personas made up for a product (`product`), and an answer to a
 * prompt in a style or by a persona (`prompt`).
 */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import { demoPersonas } from '../src/core/persona/demo-personas.ts';
import { type Generated, generatePersonas } from '../src/core/persona/generate-personas.ts';
import {
  type GenerationRequest,
  generatedPersonas,
  generationRequest,
} from '../src/core/persona/generation-request.ts';
import { cannedAnswer, type SpeakInput, speakAs, speakInput, spokenOutput } from './_speak-as.ts';

const input = z
  .looseObject({
    ...generationRequest.shape,
    product: generationRequest.shape.product
      .nullish()
      .describe('What the product is and does: personas are made up'),
    save: z.boolean().default(false).describe("Keep them as the task owner's own"),
    ...speakInput.partial().shape,
    model: z.string().nullish().describe("Left out: the provider's default"),
    provider: z.string().nullish().describe('openai, anthropic, … (default: whichever there is a key for)'),
  })
  .superRefine((given, context) => {
    const asksPersona = given.prompt !== undefined || given.persona !== undefined;
    if ((given.product == null) !== asksPersona)
      context.addIssue({
        code: 'custom',
        path: ['product'],
        message: 'give either product (to make up personas), or persona and prompt (to have one answer)',
      });
    if (asksPersona && (given.prompt === undefined || given.persona === undefined))
      context.addIssue({
        code: 'custom',
        path: [given.prompt === undefined ? 'prompt' : 'persona'],
        message: 'persona and prompt go together',
      });
  });
type Input = z.infer<typeof input>;

export default defineExecutor({
  id: 'persona_generate_executor',
  name: 'Persona Generate Executor',
  description:
    'Makes up distinct simulated users for a product and its audience, or answers a prompt in a style or as a persona',
  tags: ['persona', 'llm'],
  type: 'core',
  examples: [
    'Make up six personas for a budgeting app for students',
    'Answer a question as a simulated user',
    'Answer playfully',
  ],
  input,
  output: z.union([generatedPersonas, spokenOutput]),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: 400_000,
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: {
    product: 'An app that plans meals from what is in the fridge',
    audience: 'families',
    count: 4,
  },
  demoDelayMs: 300,
  demo({ input: given }) {
    const parsed = input.safeParse(given);
    if (parsed.success && isSpoken(parsed.data)) return cannedAnswer(parsed.data);
    const request = parsed.success
      ? requestOf(parsed.data)
      : generationRequest.parse({ product: 'a new product' });
    return shown(demoPersonas(request), { model: null, repairs: 0 });
  },
  async run({ input: given, llm, services, task, idempotencyKey, emit, emitDelta, signal }) {
    if (signal.aborted) throw new AppError('task_cancelled', 'The generation was cancelled');
    const settings = { model: given.model ?? undefined, provider: given.provider ?? undefined };
    if (isSpoken(given)) return speakAs(given, { llm, services, task, emitDelta, settings });
    const { personas, ...how } = await generatePersonas(llm, requestOf(given), {
      ...settings,
      onProgress: emit,
    }).catch((error: unknown) => byTemplates(error, requestOf(given)));
    if (!given.save) return shown(personas, how);
    const saved = await services.personas.save(task.userId, personas, idempotencyKey);
    return { ...shown(saved, how), saved: true };
  },
});

/** Without any key there are templates, and the result says so; other failures stay failures. */
function byTemplates(error: unknown, request: GenerationRequest): Generated {
  if (!AppError.is(error) || error.code !== 'llm_key_missing') throw error;
  return { personas: demoPersonas(request), model: null, repairs: 0 };
}

function isSpoken(given: Input): given is Input & SpeakInput {
  return given.product == null;
}

function requestOf({ product, audience, count, avoid }: Input): GenerationRequest {
  return { product: product ?? '', audience, count, avoid };
}

function shown(
  personas: readonly z.infer<typeof generatedPersonas>['personas'][number][],
  { model, repairs }: { readonly model: string | null; readonly repairs: number },
): z.infer<typeof generatedPersonas> {
  const plain = personas.map(({ id, name, occupation, location, tech_proficiency, behavioral_traits }) => ({
    ...(id === undefined ? {} : { id }),
    name,
    occupation,
    location,
    tech_proficiency,
    behavioral_traits,
  }));
  return {
    personas: plain,
    count: plain.length,
    saved: false,
    model,
    repairs,
    ...(model === null ? { demo_mode: true } : {}),
  };
}
