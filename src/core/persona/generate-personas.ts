/** Has a model make up personas; what is wrong, alike or missing is asked for again, at most three times. */
import { AppError } from '../errors.ts';
import type { LlmClient } from '../llm/chat.ts';
import { demoPersonas } from './demo-personas.ts';
import { generationJsonSchema, generationMessages, repairMessages } from './generation-prompt.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { PersonaFields } from './persona.ts';
import { readGenerated } from './read-generated.ts';

const MOST_REPAIRS = 3;
const TIMEOUT_MS = 120_000;
const TOKENS_EACH = 250;

export interface GenerationOptions {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  /** Told what is done, 0 to 1. */
  readonly onProgress: (progress: number, message: string) => void;
}

export interface Generated {
  readonly personas: readonly PersonaFields[];
  /** null: they come from templates. */
  readonly model: string | null;
  readonly repairs: number;
}

/** As many as wanted. Throws as the client does, and `task_failed` when the model cannot think of enough. */
export async function generatePersonas(
  llm: LlmClient,
  request: GenerationRequest,
  options: GenerationOptions,
): Promise<Generated> {
  const { count, avoid } = request;
  const messages = generationMessages(request);
  const kept: PersonaFields[] = [];
  for (let repairs = 0; ; repairs++) {
    const { text, model, isDemo } = await llm.chat({
      messages,
      model: options.model,
      provider: options.provider,
      temperature: 0.9,
      maxTokens: 500 + TOKENS_EACH * (count - kept.length),
      timeoutMs: TIMEOUT_MS,
      format: { type: 'schema', name: 'personas', schema: generationJsonSchema(), isUnchecked: true },
    });
    if (isDemo) return { personas: demoPersonas(request), model: null, repairs: 0 };
    const { good, problems } = readGenerated(text, kept, avoid);
    kept.push(...good.slice(0, count - kept.length));
    if (kept.length === count) return { personas: kept, model, repairs };
    if (repairs === MOST_REPAIRS)
      throw new AppError(
        'task_failed',
        `The model made ${kept.length} of ${count} distinct personas in ${repairs + 1} answers: ${problems[0] ?? 'it gave too few'}`,
      );
    options.onProgress(
      kept.length / count,
      `${kept.length} of ${count} personas: ${problems[0] ?? 'more are asked for'}`,
    );
    messages.push(...repairMessages(text, problems, kept, count - kept.length));
  }
}
